import os
import time
from functools import partial

import psutil
import pytest
import works

from precmed_gui.jobs.engine_thread import EngineState
from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Succeeded, WasCancelled


@pytest.fixture
def jobs(qtbot):
    jobs = Jobs({Lane.LEARNING: works.warm_up})
    with qtbot.waitSignal(
        jobs.engine_changed, timeout=30_000, check_params_cb=lambda *a: a[1] is EngineState.READY
    ):
        jobs.open()
    yield jobs
    jobs.close()


def outcome_of(qtbot, jobs, number, timeout=30_000):
    with qtbot.waitSignal(
        jobs.ended, timeout=timeout, check_params_cb=lambda job, _: job == number
    ) as blocker:
        pass
    return blocker.args[1]


def run(qtbot, jobs, work, **options):
    with qtbot.waitSignal(jobs.ended, timeout=30_000) as blocker:
        jobs.start(work, **options)
    return blocker.args[1]


def start_and_wait_for_report(qtbot, jobs, work):
    with qtbot.waitSignal(jobs.reported, timeout=30_000):
        return jobs.start(work)


def test_a_work_reports_and_then_ends_with_its_result(qtbot, jobs):
    told = []
    jobs.reported.connect(lambda job, event: told.append(event.done))
    outcome = run(qtbot, jobs, partial(works.square, 7))
    assert outcome == Succeeded(49)
    assert told == [0, 1]


def test_works_end_in_the_order_they_were_asked_for(qtbot, jobs):
    ended = []
    jobs.ended.connect(lambda job, outcome: ended.append(job))
    numbers = [jobs.start(partial(works.square, n)) for n in range(5)]
    qtbot.waitUntil(lambda: len(ended) == 5, timeout=30_000)
    assert ended == numbers


def test_stop_ends_a_work_that_listens(qtbot, jobs):
    number = start_and_wait_for_report(qtbot, jobs, works.wait_until_stopped)
    jobs.cancel(number)
    assert outcome_of(qtbot, jobs, number) == WasCancelled()


def test_stop_ends_a_work_that_does_not_listen_and_the_next_one_runs(qtbot, jobs):
    number = start_and_wait_for_report(qtbot, jobs, works.never_look_up)
    started = time.monotonic()
    jobs.cancel(number)
    assert outcome_of(qtbot, jobs, number) == WasCancelled()
    assert time.monotonic() - started < 5
    assert run(qtbot, jobs, partial(works.square, 3)) == Succeeded(9)


def test_a_stopped_work_may_take_its_time_to_save(qtbot, jobs):
    number = start_and_wait_for_report(qtbot, jobs, works.save_after_stop)
    jobs.cancel(number)
    assert outcome_of(qtbot, jobs, number) == Succeeded("kept what was learned")


def test_stop_of_a_waiting_work_is_immediate_and_the_running_one_goes_on(qtbot, jobs, tmp_path):
    flag = tmp_path / "flag"
    running = start_and_wait_for_report(qtbot, jobs, partial(works.wait_for_file, str(flag)))
    waiting = jobs.start(partial(works.square, 2))
    jobs.cancel(waiting)
    assert outcome_of(qtbot, jobs, waiting) == WasCancelled()
    flag.touch()
    assert outcome_of(qtbot, jobs, running) == Succeeded("seen")


def test_quick_work_runs_between_the_batches_of_long_work(qtbot, jobs, tmp_path):
    flag = tmp_path / "flag"
    long = start_and_wait_for_report(qtbot, jobs, partial(works.wait_for_file, str(flag)))
    ended = []
    jobs.ended.connect(lambda job, outcome: ended.append(job))
    quick = jobs.start(partial(works.write_file, str(flag)), is_quick=True)
    qtbot.waitUntil(lambda: len(ended) == 2, timeout=30_000)
    assert ended == [quick, long]


def test_stopping_slow_quick_work_leaves_the_long_work_around_it_alone(qtbot, jobs, tmp_path):
    flag = tmp_path / "flag"
    long = start_and_wait_for_report(qtbot, jobs, partial(works.wait_for_file, str(flag)))
    with qtbot.waitSignal(jobs.reported, timeout=30_000):
        quick = jobs.start(works.be_deaf_for_a_while, is_quick=True)
    jobs.cancel(quick)
    assert outcome_of(qtbot, jobs, quick) == WasCancelled()
    flag.touch()
    assert outcome_of(qtbot, jobs, long) == Succeeded("seen")


def test_a_killed_engine_is_reported_and_replaced(qtbot, jobs):
    outcome = run(qtbot, jobs, works.die)
    assert isinstance(outcome, EngineDied)
    assert "memory" in outcome.reason
    assert run(qtbot, jobs, partial(works.square, 4)) == Succeeded(16)


def test_work_that_waited_behind_a_crash_is_still_done(qtbot, jobs):
    jobs.start(works.die)
    second = jobs.start(partial(works.square, 5))
    assert outcome_of(qtbot, jobs, second) == Succeeded(25)


def test_an_expected_failure_keeps_message_and_hint(qtbot, jobs):
    outcome = run(qtbot, jobs, works.fail_clearly)
    assert (outcome.message, outcome.hint) == (
        "There is only one class.",
        "Add images of another class.",
    )


def test_an_unexpected_failure_becomes_a_sentence_with_details(qtbot, jobs):
    outcome = run(qtbot, jobs, works.fail_unexpectedly)
    assert isinstance(outcome, Failed)
    assert "KeyError" in outcome.message
    assert "Traceback" in outcome.details
    assert outcome.hint


def test_a_result_that_cannot_be_sent_fails_and_the_engine_lives_on(qtbot, jobs):
    assert isinstance(run(qtbot, jobs, works.return_what_cannot_be_sent), Failed)
    assert run(qtbot, jobs, partial(works.square, 6)) == Succeeded(36)


def test_batch_events_are_thinned_out(qtbot, jobs):
    told = []
    jobs.reported.connect(lambda job, event: told.append(event))
    assert run(qtbot, jobs, works.report_many_batches) == Succeeded("done")
    assert 1 <= len(told) < 100


def test_an_abandoned_job_is_heard_of_no_more(qtbot, jobs):
    ended = []
    jobs.ended.connect(lambda job, outcome: ended.append(job))
    abandoned = start_and_wait_for_report(qtbot, jobs, works.wait_until_stopped)
    jobs.abandon(abandoned)
    run(qtbot, jobs, partial(works.square, 2))
    assert abandoned not in ended


def test_the_engine_knows_no_qt(qtbot, jobs):
    outcome = run(qtbot, jobs, works.say_which_modules)
    assert "PySide6" not in outcome.result


def test_closing_leaves_no_process(qtbot):
    jobs = Jobs({Lane.LEARNING: works.warm_up})
    with qtbot.waitSignal(
        jobs.engine_changed, timeout=30_000, check_params_cb=lambda *a: a[1] is EngineState.READY
    ):
        jobs.open()
    number = jobs.process_ids()[Lane.LEARNING]
    assert psutil.pid_exists(number)
    jobs.close()
    assert not psutil.pid_exists(number)


def test_an_engine_that_cannot_start_gives_up_and_says_so(qtbot):
    jobs = Jobs({Lane.LEARNING: works.die_while_warming_up})
    jobs.open()
    assert isinstance(run(qtbot, jobs, partial(works.square, 2)), EngineDied)
    jobs.close()


def test_the_child_runs_at_lower_priority(qtbot, jobs):
    child = psutil.Process(jobs.process_ids()[Lane.LEARNING])
    assert child.nice() > psutil.Process(os.getpid()).nice()
