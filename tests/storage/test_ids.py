"""Ids made in the process: unique over threads and processes, in the range of a signed 64-bit column."""

import threading

from storage.ids import Ids


def test_ids_count_up_and_fit_the_column() -> None:
    ids = Ids()
    made = [ids.next() for _ in range(1000)]
    assert made == list(range(made[0], made[0] + 1000))
    assert 0 < made[0] < made[-1] < 2**63


def test_a_reserved_range_is_nobody_elses() -> None:
    ids = Ids()
    before, first, after = ids.next(), ids.reserve(50), ids.next()
    assert first == before + 1
    assert after == first + 50


def test_two_processes_draw_different_blocks() -> None:
    starts = {Ids().next() >> 32 for _ in range(200)}
    assert len(starts) == 200


def test_threads_never_get_the_same_id_not_even_around_reserved_ranges() -> None:
    ids = Ids()
    taken: list[list[int]] = [[] for _ in range(6)]

    def work(mine: list[int], size: int) -> None:
        for _ in range(3000):
            first = ids.reserve(size) if size else ids.next()
            mine.extend(range(first, first + max(size, 1)))

    threads = [threading.Thread(target=work, args=(mine, number % 3)) for number, mine in enumerate(taken)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [each for mine in taken for each in mine]
    assert len(everything) == len(set(everything))
