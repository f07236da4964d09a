"""The tests every `Parser` must pass."""

import unicodedata

from knowledge.errors import ParseError
from knowledge.parse.clean import clean_text
from knowledge.parse.format import Parser, RawFile
from knowledge.parse.formats import FileReader


class ParserConformance:
    """Subclass it and override three fixtures.

    class TestMyParser(ParserConformance):
        @pytest.fixture
        def parser(self): return parse_mine
        @pytest.fixture
        def sample(self): return RawFile("sample.mine", b"...")  # with the words "Sample heading" and "sample sentence"
        @pytest.fixture
        def media_type(self): return "application/x-mine"
    """

    def test_the_words_are_there(self, parser: Parser, sample: RawFile) -> None:
        text = parser(sample).text
        assert "sample sentence" in text

    def test_the_media_type(self, parser: Parser, sample: RawFile, media_type: str) -> None:
        assert parser(sample).media_type == media_type

    def test_the_text_is_clean_and_has_no_stray_blank_lines(self, parser: Parser, sample: RawFile) -> None:
        text = parser(sample).text
        assert unicodedata.is_normalized("NFC", text)
        assert clean_text(text) == text == text.strip()
        assert "\n\n\n" not in text
        assert all(line == line.strip() for line in text.split("\n"))

    def test_headings_start_where_they_say(self, parser: Parser, sample: RawFile) -> None:
        parsed = parser(sample)
        starts = [heading.start for heading in parsed.headings]
        assert starts == sorted(set(starts))
        for heading in parsed.headings:
            assert heading.level >= 1
            assert parsed.text[heading.start :].split("\n")[0] == heading.text
            assert heading.start == 0 or parsed.text[heading.start - 1] == "\n"

    def test_pages_count_up(self, parser: Parser, sample: RawFile) -> None:
        pages = parser(sample).pages
        assert [page.number for page in pages] == sorted({page.number for page in pages})
        assert [page.start for page in pages] == sorted({page.start for page in pages})
        assert not pages or pages[0].start == 0

    def test_the_same_file_gives_the_same_document(self, parser: Parser, sample: RawFile) -> None:
        assert parser(sample) == parser(sample)

    def test_damaged_content_ends_in_a_sentence_or_a_document(self, sample: RawFile) -> None:
        """Whatever the parser raises, nothing but ParseError leaves the reader."""
        reader = FileReader()
        for step in range(1, 12):
            cut = len(sample.data) * step // 12
            for data in (sample.data[:cut], sample.data[:cut] + b"\xff\x00\x80" * 9 + sample.data[cut:]):
                sentence = _refusal(reader, RawFile(sample.name, data))
                assert sentence is None or sample.name in sentence


def _refusal(reader: FileReader, file: RawFile) -> str | None:
    try:
        reader.read(file)
    except ParseError as error:
        return str(error)
    return None
