"""A lean Gemma 3 with a SigLIP tower, for training.

The modules compute what transformers' Gemma3ForConditionalGeneration computes, and `hugging_face_name`
maps every weight to its published name. What is lean: several groups of rows, each of a fixed
length, run through the decoder as one flat list of tokens, so that every matrix product is large
and only attention knows about rows; nothing depends on data, so one graph serves every step.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PAD, EOS, BOS, UNK, TURN, END, IMAGE_START, IMAGE_END, IMAGE = range(9)


@dataclass(frozen=True)
class Sizes:
    """The shape of the model; the rows of every quantised matrix are multiples of 32 long."""

    vocabulary: int = 1024
    hidden: int = 192
    layers: int = 12
    heads: int = 4
    kv_heads: int = 2
    head: int = 48
    mlp: int = 640
    window: int = 32
    context: int = 1024
    global_every: int = 6
    local_theta: float = 10_000.0
    global_theta: float = 1_000_000.0
    epsilon: float = 1e-6
    image: int = 112
    patch: int = 14
    vision_hidden: int = 160
    vision_layers: int = 4
    vision_heads: int = 5
    vision_mlp: int = 512
    soft_tokens: int = 16
    labels: int = 3

    def is_global(self, layer: int) -> bool:
        """Whether a layer sees the whole past: every sixth one."""
        return (layer + 1) % self.global_every == 0


class RmsNorm(nn.Module):
    """`x / rms(x) · (1 + weight)`, in float32."""

    def __init__(self, width: int, epsilon: float):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        x = x.float()
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * (1 + self.weight)


@dataclass
class Group:
    """Rows of one length. `images` [rows, pictures, 3, size, size] are pixels in -1 … 1, or None."""

    ids: Tensor
    images: Tensor | None = None
    closed: str = ""
    """What global layers lose: nothing, "window" (they see as far as a local one) or "all"."""


def masks_of(group: Group, window: int) -> tuple[Tensor, Tensor]:
    """Open cells (True) of local and global layers, [rows or 1, 1, length, length].

    The rule of transformers 5.17: local = inside the window AND (causal OR same image),
    global = causal OR same image.
    """
    ids = group.ids
    place = torch.arange(ids.shape[1], device=ids.device)
    back = place[:, None] - place[None, :]
    seen = (back >= 0)[None, None]
    if group.images is not None:
        image = ids == IMAGE
        first = image & ~F.pad(image[:, :-1], (1, 0))
        block = first.cumsum(1) * image
        same = (block[:, :, None] == block[:, None, :]) & image[:, :, None]
        seen = seen | same[:, None]
    local = seen & (back < window)[None, None]
    if group.closed == "window":
        return local, local
    if group.closed == "all":
        return local, (back == 0)[None, None].expand_as(local)
    return local, seen


def to_bias(mask: Tensor, dtype: torch.dtype) -> Tensor:
    """0 where a mask is open, as good as -∞ where it is closed."""
    return torch.zeros_like(mask, dtype=dtype).masked_fill(~mask, -30_000.0)


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, scale: float) -> Tensor:
    """softmax(q kᵀ · scale + mask) v over [rows, heads, length, width].

    Written out: the fused kernels' gradients were not finite at these lengths.
    """
    return attention_weights(q, k, mask, scale) @ v


def attention_weights(q: Tensor, k: Tensor, mask: Tensor | None, scale: float) -> Tensor:
    """What `attend` weighs values with, [rows, heads, queries, keys]."""
    scores = (q @ k.transpose(-1, -2)).float() * scale
    if mask is not None:
        scores = scores + mask
    return scores.softmax(-1).to(q.dtype)




def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position embedding in the half-split layout; x [tokens, heads, width]."""
    half = x.shape[-1] // 2
    turned = torch.cat((-x[..., half:], x[..., :half]), -1)
    return x * cos[:, None] + turned * sin[:, None]


class DecoderLayer(nn.Module):
    """One layer: attention and a gated MLP, each between two norms."""

    def __init__(self, sizes: Sizes, index: int):
        super().__init__()
        self.sizes, self.is_global = sizes, sizes.is_global(index)
        hidden, head, epsilon = sizes.hidden, sizes.head, sizes.epsilon

        def linear(width: int, out: int) -> nn.Linear:
            return nn.Linear(width, out, bias=False)

        self.q_proj = linear(hidden, sizes.heads * head)
        self.k_proj = linear(hidden, sizes.kv_heads * head)
        self.v_proj = linear(hidden, sizes.kv_heads * head)
        self.o_proj = linear(sizes.heads * head, hidden)
        self.q_norm, self.k_norm = RmsNorm(head, epsilon), RmsNorm(head, epsilon)
        self.gate_proj, self.up_proj = linear(hidden, sizes.mlp), linear(hidden, sizes.mlp)
        self.down_proj = linear(sizes.mlp, hidden)
        self.input_layernorm = RmsNorm(hidden, epsilon)
        self.post_attention_layernorm = RmsNorm(hidden, epsilon)
        self.pre_feedforward_layernorm = RmsNorm(hidden, epsilon)
        self.post_feedforward_layernorm = RmsNorm(hidden, epsilon)

    def forward(self, x, shapes, masks, tables, keep=None):
        """x [tokens, hidden]; `keep` collects attention weights of each group."""
        x = x + self.post_attention_layernorm(
            self.attention(self.input_layernorm(x), shapes, masks, tables, keep)
        )
        y = self.pre_feedforward_layernorm(x)
        y = self.down_proj(F.gelu(self.gate_proj(y), approximate="tanh") * self.up_proj(y))
        return x + self.post_feedforward_layernorm(y)

    def attention(self, x, shapes, masks, tables, keep):
        s = self.sizes
        cos, sin = tables[1 if self.is_global else 0]
        value = self.v_proj(x)
        q = rotate(self.q_norm(self.q_proj(x).view(-1, s.heads, s.head)), cos, sin)
        k = rotate(self.k_norm(self.k_proj(x).view(-1, s.kv_heads, s.head)), cos, sin)
        q, k = q.to(value.dtype), k.to(value.dtype)
        value = value.view(-1, s.kv_heads, s.head)
        repeat = s.heads // s.kv_heads
        k, value = k.repeat_interleave(repeat, 1), value.repeat_interleave(repeat, 1)
        out, start = [], 0
        for (rows, length), mask in zip(shapes, masks):
            end = start + rows * length
            cut = lambda t: t[start:end].view(rows, length, s.heads, s.head).transpose(1, 2)
            part = cut(q), cut(k), cut(value), mask[1 if self.is_global else 0]
            if keep is not None:
                keep.append(attention_weights(part[0], part[1], part[3], s.head**-0.5))
            y = attend(*part, s.head**-0.5)
            out.append(y.transpose(1, 2).reshape(rows * length, -1))
            start = end
        return self.o_proj(torch.cat(out))


class VisionLayer(nn.Module):
    """One SigLIP encoder layer."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        width = sizes.vision_hidden
        self.heads = sizes.vision_heads
        self.q_proj, self.k_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.layer_norm1 = nn.LayerNorm(width, eps=sizes.epsilon)
        self.layer_norm2 = nn.LayerNorm(width, eps=sizes.epsilon)
        self.fc1, self.fc2 = nn.Linear(width, sizes.vision_mlp), nn.Linear(sizes.vision_mlp, width)

    def forward(self, x: Tensor) -> Tensor:
        rows, length, width = x.shape
        y = self.layer_norm1(x)
        cut = lambda t: t.view(rows, length, self.heads, -1).transpose(1, 2)
        q, k, v = cut(self.q_proj(y)), cut(self.k_proj(y)), cut(self.v_proj(y))
        y = attend(q, k, v, None, (width // self.heads) ** -0.5)
        x = x + self.out_proj(y.transpose(1, 2).reshape(rows, length, width))
        return x + self.fc2(F.gelu(self.fc1(self.layer_norm2(x)), approximate="tanh"))


class VisionTower(nn.Module):
    """SigLIP and Gemma 3's projector: pixels [n, 3, size, size] → [n, soft tokens, hidden]."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        width, side = sizes.vision_hidden, sizes.image // sizes.patch
        self.side, self.patch = side, sizes.patch
        self.pool = side // round(sizes.soft_tokens**0.5)
        self.patch_embedding = nn.Conv2d(3, width, sizes.patch, sizes.patch)
        self.position_embedding = nn.Embedding(side * side, width)
        self.layers = nn.ModuleList(VisionLayer(sizes) for _ in range(sizes.vision_layers))
        self.post_layernorm = nn.LayerNorm(width, eps=sizes.epsilon)
        self.soft_emb_norm = RmsNorm(width, sizes.epsilon)
        self.projection = nn.Parameter(torch.empty(width, sizes.hidden))

    def forward(self, pixels: Tensor) -> Tensor:
        n, side, p = pixels.shape[0], self.side, self.patch
        patches = pixels.view(n, 3, side, p, side, p).permute(0, 2, 4, 1, 3, 5).reshape(n, side**2, -1)
        x = F.linear(patches, self.patch_embedding.weight.flatten(1), self.patch_embedding.bias)
        x = x + self.position_embedding.weight
        for layer in self.layers:
            x = layer(x)
        x = self.post_layernorm(x).float()
        k = side // self.pool
        x = x.view(n, k, self.pool, k, self.pool, -1).mean((2, 4)).view(n, k * k, -1)
        return self.soft_emb_norm(x) @ self.projection


class Model(nn.Module):
    """Decoder, tower and classification head."""

    def __init__(self, sizes: Sizes = Sizes()):
        super().__init__()
        self.sizes = sizes
        self.embed_tokens = nn.Embedding(sizes.vocabulary, sizes.hidden)
        self.layers = nn.ModuleList(DecoderLayer(sizes, i) for i in range(sizes.layers))
        self.norm = RmsNorm(sizes.hidden, sizes.epsilon)
        self.vision = VisionTower(sizes)
        self.score = nn.Linear(sizes.hidden, sizes.labels, bias=False)
        for name, theta in (("local", sizes.local_theta), ("global", sizes.global_theta)):
            frequencies = 1 / theta ** (torch.arange(0, sizes.head, 2).float() / sizes.head)
            angles = torch.arange(sizes.context).float()[:, None] * frequencies
            angles = torch.cat((angles, angles), -1)
            self.register_buffer(f"{name}_cos", angles.cos(), persistent=False)
            self.register_buffer(f"{name}_sin", angles.sin(), persistent=False)

    def initialise(self, seed: int) -> None:
        """Weights drawn from a seed: 0.02 in the decoder as Gemma 3's, 1 / √width in the tower."""
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for name, weight in self.named_parameters():
                if weight.dim() < 2:
                    continue
                scale = 0.02
                if name.startswith("vision."):
                    scale = weight[0].numel() ** -0.5
                if name in ("vision.projection", "vision.position_embedding.weight"):
                    scale = 0.02
                weight.copy_(torch.randn(weight.shape, generator=generator) * scale)

    def forward(self, groups: list[Group], keep: list | None = None) -> Tensor:
        """Final hidden states of all tokens, group after group, [tokens, hidden]."""
        sizes = self.sizes
        shapes = [tuple(group.ids.shape) for group in groups]
        flat = torch.cat([group.ids.reshape(-1) for group in groups])
        x = self.embed_tokens(flat).float() * sizes.hidden**0.5
        pictures = [group.images for group in groups if group.images is not None]
        if pictures:
            features = self.vision(torch.cat([p.flatten(0, 1) for p in pictures]))
            x = self.insert(x, groups, features)
        place = torch.cat(
            [torch.arange(n, device=flat.device).repeat(rows) for rows, n in shapes]
        )
        tables = [
            (self.local_cos[place], self.local_sin[place]),
            (self.global_cos[place], self.global_sin[place]),
        ]
        dtype = torch.bfloat16 if torch.is_autocast_enabled() else torch.float32
        masks = [
            tuple(to_bias(mask, dtype) for mask in masks_of(group, sizes.window)) for group in groups
        ]
        for layer in self.layers:
            x = layer(x, shapes, masks, tables, keep)
        return self.norm(x)

    def insert(self, x: Tensor, groups: list[Group], features: Tensor) -> Tensor:
        """Puts picture features in place of the soft tokens, in their order along each row."""
        out, start, first = [], 0, 0
        for group in groups:
            rows, length = group.ids.shape
            part = x[start : start + rows * length].view(rows, length, -1)
            start += rows * length
            if group.images is not None:
                count = group.images.shape[1]
                own = features[first : first + rows * count].reshape(rows, -1, x.shape[-1])
                first += rows * count
                image = group.ids == IMAGE
                index = (image.cumsum(1) - 1).clamp(0, own.shape[1] - 1)
                put = own.gather(1, index[:, :, None].expand(-1, -1, x.shape[-1]))
                part = torch.where(image[:, :, None], put.to(part.dtype), part)
            out.append(part.reshape(rows * length, -1))
        return torch.cat(out)

    def logits(self, hidden: Tensor) -> Tensor:
        """Next-token scores; the head is the embedding."""
        return F.linear(hidden, self.embed_tokens.weight)


def hugging_face_name(name: str) -> str:
    """The published name of one of our weights."""
    decoder, tower = "language_model.model.", "vision_tower.vision_model."
    if name == "score.weight":
        return name
    if name == "vision.projection":
        return "multi_modal_projector.mm_input_projection_weight"
    if name == "vision.soft_emb_norm.weight":
        return "multi_modal_projector.mm_soft_emb_norm.weight"
    if name.startswith("vision."):
        name = name.removeprefix("vision.")
        if name.split(".")[0] in ("patch_embedding", "position_embedding"):
            return f"{tower}embeddings.{name}"
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            name = name.replace(f".{part}.", f".self_attn.{part}.")
        for part in ("fc1", "fc2"):
            name = name.replace(f".{part}.", f".mlp.{part}.")
        return tower + (f"encoder.{name}" if name.startswith("layers.") else name)
    for part in ("q_proj", "k_proj", "v_proj", "o_proj", "q_norm", "k_norm"):
        name = name.replace(f".{part}.", f".self_attn.{part}.")
    for part in ("gate_proj", "up_proj", "down_proj"):
        name = name.replace(f".{part}.", f".mlp.{part}.")
    return decoder + name
