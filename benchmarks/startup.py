"""How long from process start until the window is exposed, and what it has imported by then.

    python benchmarks/startup.py [RUNS]

Wants a display (DISPLAY), for instance of Xvfb; without one Qt's offscreen platform is measured.
The window is left open until its engine is ready, to show that Keras never enters this process.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import machine, print_table

TARGET_SECONDS = 1.0


def child(started: float) -> None:
    from driven_window import later, run_window

    from precmed_gui.jobs.engine_thread import EngineState
    from precmed_gui.jobs.jobs import Lane

    def on_exposed(window) -> None:
        exposed = time.time() - started

        def on_engine(lane, state, device) -> None:
            if lane is Lane.LEARNING and state is EngineState.READY:
                heavy = {"tensorflow", "keras", "pyqtgraph", "PIL", "pydicom"} & set(sys.modules)
                ready = time.time() - started
                print(json.dumps({"exposed": exposed, "ready": ready, "heavy": sorted(heavy)}))
                later(0, window.close)

        window.jobs.engine_changed.connect(on_engine)

    run_window(on_exposed)


def once(platform: str) -> dict:
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"PRECMED_HOME": home, "QT_QPA_PLATFORM": platform}
        command = [sys.executable, __file__, "--child", str(time.time())]
        answer = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=True
        )
    return json.loads(answer.stdout.strip().splitlines()[-1])


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    platform = "xcb" if os.environ.get("DISPLAY") else "offscreen"
    once(platform)
    answers = [once(platform) for _ in range(runs)]
    exposed = [answer["exposed"] for answer in answers]
    ready = [answer["ready"] for answer in answers]
    print(
        f"{Path(__file__).name}: {machine()}, platform {platform}, {runs} runs after one warm-up\n"
    )
    print_table(
        ("from process start to", "min s", "median s", "max s"),
        [
            (name, *(f"{f(values):.2f}" for f in (min, statistics.median, max)))
            for name, values in (("window exposed", exposed), ("engine ready", ready))
        ],
    )
    heavy = sorted({name for answer in answers for name in answer["heavy"]})
    print(f"\nimported by the window's process with the engine ready, of the heavy ones: {heavy}")
    is_met = statistics.median(exposed) <= TARGET_SECONDS
    is_clean = not {"tensorflow", "keras"} & set(heavy)
    print(
        f"target: median <= {TARGET_SECONDS} s: {'met' if is_met else 'MISSED'}; "
        f"neither tensorflow nor keras: {'met' if is_clean else 'MISSED'}"
    )


if __name__ == "__main__":
    if "--child" in sys.argv:
        child(float(sys.argv[-1]))
    else:
        main()
