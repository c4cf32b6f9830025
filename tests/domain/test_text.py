from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text import ELLIPSIS, cut, harmless, one_line, words

anything = st.text(st.characters())
hostile = st.text(st.sampled_from("ab\n\t\r\0\x1b[m0;31\x7f\x85\u202e\u2066\u200b\ud800é😀"))


@given(anything | hostile)
def test_harmless_text_can_be_stored_shown_and_is_left_alone(text: str) -> None:
    mended = harmless(text)
    assert "\0" not in mended
    assert not any(char < " " and char not in "\t\n" for char in mended)
    assert not any("\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069" for char in mended)
    mended.encode()  # no lone surrogate
    assert harmless(mended) == mended


@given(st.text(st.characters(exclude_categories=["C", "Z"])))
def test_honest_text_is_the_same_afterwards(text: str) -> None:
    assert harmless(text) == text


def test_what_is_taken_out_leaves_a_mark_so_that_no_new_word_forms() -> None:
    assert harmless("pass\0word") == "pass\ufffdword"
    assert harmless("user\u202egpj.exe") == "user\ufffdgpj.exe"


def test_newlines_become_one_kind_and_terminal_colours_go() -> None:
    assert harmless("a\r\nb\rc\n\td") == "a\nb\nc\n\td"
    assert harmless("\x1b[1;31mFAILED\x1b[0m tests") == "FAILED tests"


def test_joiners_and_marks_that_languages_need_stay() -> None:
    for text in ("\u0915\u094d\u200d\u0937", "👨\u200d👩\u200d👧", "\u200f\u05e9\u05dc"):
        assert harmless(text) == text


@given(anything, st.integers(1, 50))
def test_a_cut_text_fits_and_cutting_again_changes_nothing(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= limit
    assert cut(short, limit) == short
    assert short == text or ELLIPSIS in short


def test_the_middle_is_cut_for_the_cause_stands_at_the_end() -> None:
    assert cut("Traceback: a long way down to KeyError", 20) == "Traceback" + ELLIPSIS + "o KeyError"


def test_one_line_is_one_line() -> None:
    assert one_line("  a\n\tb \u2028 c ") == "a b c"


def test_identifiers_fall_into_words() -> None:
    assert words("userAPIKey") == words("user-api_key") == words("USER.API.KEY") == ("user", "api", "key")
    assert words("HTTPServer2") == ("http", "server", "2")
    assert words("…") == ()
