"""The names that PostgreSQL chooses, and how it shortens them."""

from __future__ import annotations

from database_patterns.catalog import names

LONG = "abcdefghij" * 6


def free(_name: str) -> bool:
    return False


def test_parts_are_joined_by_underscores() -> None:
    assert names.choose("orders", "customer", "idx", free) == "orders_customer_idx"
    assert names.choose("orders", None, "pkey", free) == "orders_pkey"


def test_a_taken_name_gets_the_first_free_number_behind_its_label() -> None:
    taken = {"t_a_idx", "t_a_idx1"}
    assert names.choose("t", "a", "idx", taken.__contains__) == "t_a_idx2"


def test_the_longer_part_is_shortened_until_all_fits_into_63_bytes() -> None:
    assert names.join(LONG, "b", "key") == f"{LONG[:57]}_b_key"
    assert names.join("t", LONG, "fkey") == f"t_{LONG[:56]}_fkey"


def test_two_long_parts_end_equally_long() -> None:
    joined = names.join(LONG, LONG, "check")
    assert joined == f"{LONG[:28]}_{LONG[:28]}_check"
    assert len(joined) == names.MAX_BYTES


def test_a_character_is_never_cut_in_two() -> None:
    assert names.truncate("ä" * 40) == "ä" * 31
    assert names.join("ä" * 40, None, "seq") == "ä" * 29 + "_seq"


def test_a_repeated_or_nameless_column_of_an_index_is_numbered() -> None:
    assert names.index_columns(["a", None, None, "a", "expr"]) == ("a", "expr", "expr1", "a1", "expr2")


def test_no_more_columns_are_named_than_fit() -> None:
    assert names.addition([LONG[:40], LONG[:40], "c"]) == f"{LONG[:40]}_{LONG[:40]}"


def test_a_number_that_makes_a_name_too_long_shortens_the_table() -> None:
    table = "t" * 70
    taken = {names.join(table, None, f"check{number or ''}") for number in range(12)}
    chosen = names.choose(table, None, "check", lambda name: name in taken)
    assert (chosen, len(chosen)) == (f"{'t' * 55}_check12", 63)


def test_numbers_that_are_known_to_be_taken_are_not_tried() -> None:
    tried: list[str] = []

    def taken(name: str) -> bool:
        tried.append(name)
        return name != "t_a_idx13"

    assert names.choose("t", "a", "idx", taken, {"t_a_idx": 12}.__getitem__) == "t_a_idx13"
    assert tried == ["t_a_idx", "t_a_idx12", "t_a_idx13"]


def test_a_name_is_taken_apart_into_its_stem_and_number() -> None:
    assert names.numbered("t_a_idx12") == ("t_a_idx", 12)
    assert names.numbered("t_a_idx") == ("t_a_idx", 0)
