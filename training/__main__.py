"""From seed to checkpoint: tokenizer where there is none, training, held-out examples, report.

Usage: python3 -m training [--seconds 1235] [--seed 1]
Run it again to go on where it stopped.
"""

import argparse
from pathlib import Path

from . import evaluate, held_out, learn_tokenizer, train

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", default="1235", help="training time, rows and compilation included")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--state", type=Path, default=ROOT / "training" / "build")
    parser.add_argument("--model", type=Path, default=ROOT / "static" / "models" / "gemma3-mini")
    parser.add_argument("--lessons", type=Path, default=ROOT / "test" / "fixtures" / "evaluation" / "lessons.json")
    options = parser.parse_args()
    model, state, lessons = str(options.model), str(options.state), str(options.lessons)
    if not (options.model / "tokenizer.json").exists():
        learn_tokenizer.main(options.model)
    train.main([
        "--state", state, "--checkpoint", model, "--model", model,
        "--seconds", options.seconds, "--seed", options.seed,
    ])
    options.lessons.parent.mkdir(parents=True, exist_ok=True)
    held_out.main([model, lessons])
    folder = ROOT / "training"
    evaluate.main([
        model, lessons, "--log", f"{state}/log.jsonl", "--report", str(folder / "report.json"),
        "--curves", str(folder / "curves.png"),
    ])


if __name__ == "__main__":
    main()
