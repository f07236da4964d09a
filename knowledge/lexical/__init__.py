"""The lexical leg's view of text: words, stop words and stems in English and Spanish."""
