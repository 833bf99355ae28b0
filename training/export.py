"""Writes the model as a Hugging Face checkpoint in bfloat16: config.json and model.safetensors.

The classification head is one small tensor more, `score.weight`, in the same file, so that the same
folder loads as Gemma3ForConditionalGeneration and as Gemma3ForSequenceClassification.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch

from .lessons.labels import NAMES
from .model import Model, Sizes, hugging_face_name
from .safetensors_file import read, write


def config_of(sizes: Sizes) -> dict:
    """config.json of the model."""
    text = dict(
        model_type="gemma3_text", vocab_size=sizes.vocabulary, hidden_size=sizes.hidden,
        intermediate_size=sizes.mlp, num_hidden_layers=sizes.layers, num_attention_heads=sizes.heads,
        num_key_value_heads=sizes.kv_heads, head_dim=sizes.head, query_pre_attn_scalar=sizes.head,
        hidden_activation="gelu_pytorch_tanh", max_position_embeddings=sizes.context,
        rms_norm_eps=sizes.epsilon, sliding_window=sizes.window, attention_bias=False,
        attention_dropout=0.0, attn_logit_softcapping=None, final_logit_softcapping=None,
        initializer_range=0.02, tie_word_embeddings=True, use_bidirectional_attention=False,
        use_cache=True, bos_token_id=2, eos_token_id=1, pad_token_id=0,
        layer_types=[
            "full_attention" if sizes.is_global(i) else "sliding_attention" for i in range(sizes.layers)
        ],
        rope_parameters={
            "full_attention": {"rope_theta": sizes.global_theta, "rope_type": "default"},
            "sliding_attention": {"rope_theta": sizes.local_theta, "rope_type": "default"},
        },
    )
    vision = dict(
        model_type="siglip_vision_model", hidden_size=sizes.vision_hidden,
        intermediate_size=sizes.vision_mlp, num_hidden_layers=sizes.vision_layers,
        num_attention_heads=sizes.vision_heads, num_channels=3, image_size=sizes.image,
        patch_size=sizes.patch, hidden_act="gelu_pytorch_tanh", layer_norm_eps=sizes.epsilon,
        attention_dropout=0.0, vision_use_head=False,
    )
    names = {str(i): name for i, name in enumerate(NAMES)}
    return dict(
        architectures=["Gemma3ForConditionalGeneration"], model_type="gemma3", dtype="bfloat16",
        boi_token_index=6, eoi_token_index=7, image_token_index=8, eos_token_id=[1, 5],
        mm_tokens_per_image=sizes.soft_tokens, initializer_range=0.02, tie_word_embeddings=True,
        text_config=text, vision_config=vision, pad_token_id=0,
        problem_type="single_label_classification", id2label=names,
        label2id={name: int(i) for i, name in names.items()}, transformers_version="5.17.0",
    )


def weights_of(model: Model) -> dict[str, torch.Tensor]:
    """All weights by their published names, rounded to bfloat16."""
    return {
        hugging_face_name(name): weight.detach().to("cpu", torch.bfloat16).contiguous()
        for name, weight in model.named_parameters()
    }


def save_checkpoint(model: Model, directory: Path) -> None:
    """Writes config.json and model.safetensors."""
    directory.mkdir(parents=True, exist_ok=True)
    write(directory / "model.safetensors", weights_of(model))
    text = json.dumps(config_of(model.sizes), indent="\t") + "\n"
    (directory / "config.json").write_text(text, encoding="utf-8")


def load_checkpoint(directory: Path) -> Model:
    """The model of a checkpoint that `save_checkpoint` wrote, its rounded weights in float32."""
    weights = read(directory / "model.safetensors")
    model = Model()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.copy_(weights[hugging_face_name(name)])
    return model
