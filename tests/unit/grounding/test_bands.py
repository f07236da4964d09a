"""Where cosines lie."""

from assistant.grounding.bands import Band, bands_of


def test_a_position_is_a_share_of_the_band() -> None:
    band = Band(0.76, 0.92)
    assert [band.position(each) for each in (0.5, 0.76, 0.84, 0.92, 1.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_a_model_with_an_adapter_has_bands_of_its_own() -> None:
    plain, adapted = bands_of("multilingual-e5-small-1571fc98"), bands_of("multilingual-e5-small-1571fc98+9ea44eb5")
    assert plain.question.low > 0.7
    assert adapted.question.low < 0.1
    assert bands_of("some-other-model") not in (plain, adapted)
