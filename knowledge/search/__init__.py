"""Finding passages: a dense and a lexical leg, fused."""
