"""Checks the lean model and the tokenizer against transformers and tokenizers.

Usage: python3 -m training.smoke DIRECTORY_OF_A_CHECKPOINT
"""

import argparse
import json
from pathlib import Path
from random import Random

import torch

from .curriculum import GROUPS, pieces_of
from .export import config_of, weights_of
from .model import Group, IMAGE, Model
from .tokenizer import Tokenizer


def compare_tokenizer(path: Path) -> None:
    """Our encoder and the library's give the same ids."""
    from tokenizers import Tokenizer as Reference

    ours, theirs = Tokenizer(path), Reference.from_file(str(path))
    rng = Random(5)
    texts = ["".join(p for p, _ in pieces_of(rows, rng, False)[1]) for rows in GROUPS for _ in range(300)]
    texts += ["  two  spaces\n\n\n\n\n\n\n\n\nnew lines", "Ünïcode 漢字 🙂", "a1b2 C3,d4", "<bos>x<eos>\n\n<unk>"]
    wrong = [t for t in texts if ours.encode(t) != theirs.encode(t, add_special_tokens=False).ids]
    print(f"tokenizer: {len(wrong)} of {len(texts)} texts differ", wrong[:2])


def compare_model() -> None:
    """Our logits and transformers' on random weights, text with a picture and a label."""
    from transformers import Gemma3Config, Gemma3ForConditionalGeneration, Gemma3ForSequenceClassification

    model = Model()
    model.initialise(3)
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() < 2:
                weight.add_(torch.randn(weight.shape, generator=generator) * 0.2)
            else:
                weight.mul_(2.5)
    weights = {name: value.float() for name, value in weights_of(model).items()}
    from .model import hugging_face_name

    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.copy_(weights[hugging_face_name(name)])
    ids = torch.randint(9, 1000, (2, 90), generator=generator)
    ids[0, 5:21], ids[0, 30:46], ids[1, 50:66], ids[1, 67:83] = IMAGE, IMAGE, IMAGE, IMAGE
    images = torch.rand((2, 2, 3, 112, 112), generator=generator) * 2 - 1
    with torch.no_grad():
        hidden = model([Group(ids, images)])
        ours = model.logits(hidden).view(2, 90, -1)
        score = model.score(hidden.view(2, 90, -1)[:, -1])
        for kind in (Gemma3ForConditionalGeneration, Gemma3ForSequenceClassification):
            config = Gemma3Config.from_dict(config_of(model.sizes))
            config._attn_implementation = "eager"
            folder = Path("/tmp/compare")
            folder.mkdir(exist_ok=True)
            from safetensors.torch import save_file

            save_file(weights, str(folder / "model.safetensors"), metadata={"format": "pt"})
            (folder / "config.json").write_text(json.dumps(config.to_dict()))
            reference, info = kind.from_pretrained(
                folder, dtype=torch.float32, output_loading_info=True, attn_implementation="eager"
            )
            print(kind.__name__, {k: list(v)[:5] for k, v in info.items() if v})
            theirs = reference.eval()(
                input_ids=ids, attention_mask=torch.ones_like(ids), token_type_ids=(ids == IMAGE).long(),
                pixel_values=images.flatten(0, 1),
            ).logits
            mine = ours if kind is Gemma3ForConditionalGeneration else score
            print(kind.__name__, "largest difference", float((theirs - mine).abs().max()), "of", float(mine.abs().max()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="folder of a checkpoint, for its tokenizer.json")
    options = parser.parse_args()
    compare_tokenizer(options.model / "tokenizer.json")
    compare_model()
