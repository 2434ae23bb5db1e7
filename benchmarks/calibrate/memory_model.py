"""What one GPU needs while a net is trained, in bytes: the formula of src/training/memory.cpp.

docs/model.md ("Memory of a GPU") has it in symbols. tests/calibration/memory_reference.csv is what this says of some
jobs, and tests/memory_test.cpp compares.
"""

import dataclasses
import math

import model

GIB = 1024.0**3
NF4 = 4.127 / 8  # bytes of a weight of 4 bits with its scales
EMBEDDING_4BIT = 4.0  # bytes of a number of the embedding and the head beside weights of 4 bits: PEFT makes them fp32
TIED_BELOW = 5e9  # parameters: smaller nets use one table for the embedding and the head
BUCKET = 5e8  # gradients that are reduced at once
VOCABULARY = 32000.0
SHARDINGS = ("none", "zero1", "zero2", "zero3")
TEXT = ("transformer_decoder", "transformer_encoder", "encoder_decoder", "moe")
FLOPS_PER_ACTIVATION_M = {kind: flops * 1e6 for kind, flops in model.FLOPS_PER_ACTIVATION.items()}
FLOPS_PER_ACTIVATION_M["diffusion"] = FLOPS_PER_ACTIVATION_M["cnn"]
IMAGE_RECOMPUTED = 0.3  # of the activations of a vit or a diffusion net that full recomputation keeps


@dataclasses.dataclass
class Net:
    kind: str = "transformer_decoder"
    parameters: float = 0
    active_parameters: float = 0  # 0: all
    layers: float = 0
    hidden: float = 0
    heads: float = 0
    vocab: float = 0
    seq_len: float = 512
    activations_m: float = 0
    forward_gmacs: float = 0


@dataclasses.dataclass
class Way:
    fine_tune: str = "none"  # none, full, lora, qlora
    lora_rank: float = 16
    optimiser: str = "adam"
    recipe: str = "mixed"
    precision: str = "mixed"
    recompute: str = "selective"
    loss: str = "plain"
    offload: str = "none"
    sharding: str = "none"
    gpus: float = 1
    tensor_parallel: int = 1  # GPUs that share each layer
    pipeline_parallel: int = 1  # stages of layers
    batch: float = 0  # samples of a step, on all GPUs; 0: not known

    def replicas(self):
        return self.gpus / (self.tensor_parallel * self.pipeline_parallel)


@dataclasses.dataclass
class Part:
    """What one GPU of a stage has: shares of the layers and of the tables, which `tensor` GPUs share."""

    tensor: int = 1
    layers: float = 1
    tables: float = 1
    in_flight: int = 1
    head: bool = True

    def of(self, parameters, tables):
        return ((parameters - tables) * self.layers + tables * self.tables) / self.tensor


@dataclasses.dataclass
class Need:
    """Bytes, but for `held` and `share`."""

    weights: float
    gradients: float
    optimiser: float
    in_transit: float
    step: float  # temporaries of the optimiser's step
    per_sample: float
    waiting: float  # of a sample of each other micro-batch that is in a pipeline
    in_flight: int  # micro-batches in it, at most
    step_samples: float  # of a replica; 0: not known
    context: float
    held: float  # share of the gradients that is there when most activations are
    share: float  # of all of it, lost to fragmentation

    def activations(self, samples):
        most = max(self.step_samples, samples) if self.step_samples else math.inf
        return self.per_sample * samples + self.waiting * (min(self.in_flight * samples, most) - samples)

    def computed(self, samples):
        """What the tensors take at the worst moment: in the backward pass or in the optimiser's step."""
        backward = self.activations(samples) + self.held * self.gradients
        return self.weights + self.optimiser + self.in_transit + max(backward, self.step + self.gradients)

    def total(self, samples):
        return self.context + (1 + self.share) * self.computed(samples)

    def activations_share(self, samples):
        return (1 + self.share) * self.activations(samples) / self.total(samples)


def is_wide(way):
    return way.precision in ("fp32", "tf32")


def width(way):
    return 4.0 if is_wide(way) else 2.0


def has_adapters(way):
    return way.fine_tune in ("lora", "qlora")


def tables_of(net):
    return 1 if net.parameters < TIED_BELOW else 2


def embedding(net):
    """Parameters of the embedding and of the head."""
    if net.kind not in TEXT or not net.vocab or not net.hidden:
        return 0.0
    return min(0.5 * net.parameters, tables_of(net) * net.vocab * net.hidden)


def parts(net, way):
    """The whole net, or of a pipeline the first stage and the last: no other needs more."""
    if way.pipeline_parallel == 1:
        return [Part(way.tensor_parallel)]
    longest = math.ceil(net.layers / way.pipeline_parallel) / net.layers
    last = Part(way.tensor_parallel, longest, 1 / tables_of(net))
    return [dataclasses.replace(last, in_flight=way.pipeline_parallel, head=False), last]


def moments(way, number):
    """Bytes of the optimiser's states for one parameter that is trained in numbers of so many bytes."""
    return {
        "adam": 2 * number,
        "adam_8bit": 2.0,
        "paged_adam_8bit": 2.0,
        "adafactor": 0.0,
        "sgd": number,
        "none": 0.0,
    }[way.optimiser]


def activations_m(net):
    if net.activations_m:
        return net.activations_m
    per = FLOPS_PER_ACTIVATION_M.get(net.kind)
    return 6e9 * net.forward_gmacs / per if per and net.forward_gmacs else 0.0


def per_sample(net, way, p, part):
    """Bytes kept of a sample, and of one of another micro-batch whose backward pass is to come."""
    if images := activations_m(net):
        kept = IMAGE_RECOMPUTED if way.recompute == "full" and net.kind in ("vit", "diffusion") else 1.0
        each = p["image_dense" if net.kind in ("detector", "segmentation") else "image"]
        return each * images * 1e6 * width(way) * kept, 0.0
    if net.kind not in TEXT or not net.layers or not net.hidden:
        return 0.0, 0.0
    tokens = net.seq_len
    scale = width(way) / 2
    active = net.active_parameters or net.parameters
    wide = (active - embedding(net)) / (net.layers * net.hidden**2) if active else 12.0
    wide = min(40.0, max(8.0, wide))
    adapters = 1 + p["adapters"] * has_adapters(way)
    layer = tokens * net.hidden * (p["layer"] + p["layer_width"] * wide) * adapters * scale
    scores = p["scores"] * (net.heads or net.hidden / 128) * tokens**2 * scale
    logit = p["logit" if way.loss == "plain" else "logit_fused"]
    logits = logit * tokens * (net.vocab or VOCABULARY) if part.head else 0.0
    if way.recompute == "full":
        waiting, beside = 2 * tokens * net.hidden * net.layers * part.layers * scale, max(layer, logits)
    else:
        each = layer + (scores if way.recompute == "none" else 0.0)
        waiting, beside = each * net.layers * part.layers, logits
    return (waiting + beside) / part.tensor, waiting / part.tensor


def frozen(net, way, part):
    if not has_adapters(way):
        return 0.0
    here = part.of(net.parameters, embedding(net))
    if way.fine_tune == "lora":
        return here * width(way)
    e = embedding(net) * part.tables / part.tensor
    return (here - e) * NF4 + e * EMBEDDING_4BIT


def in_transit(net, way, p, part, gradients, trained):
    """Layers that are gathered, and buckets of gradients."""
    e = embedding(net)
    gathered = p["gathered"] * (net.parameters - e) / max(4.0, net.layers or 12.0) + e * part.tables
    replicas = way.replicas()
    out = 0.0
    if way.offload == "parameters" or replicas > 1 and way.sharding == "zero3":
        out = gathered / part.tensor * width(way)
    if replicas > 1:
        out += gradients if way.sharding == "none" else 2 * min(trained, BUCKET) * width(way)
    return out


def need(net, way, p):
    """Of the stage that needs most for one sample."""
    return max((need_of(net, way, p, part) for part in parts(net, way)), key=lambda n: n.total(1))


def need_of(net, way, p, part):
    adapters = has_adapters(way)
    if adapters and net.hidden:
        t = part.of(19 * way.lora_rank * net.hidden * net.layers, 0)
    else:
        t = part.of(net.parameters, embedding(net))
    wide = is_wide(way)
    # Adapters are numbers of 32 bits; mixed precision has a copy of 32 bits of 16-bit weights.
    copied = not (wide or adapters or way.recipe == "bf16")
    number = 4.0 if adapters else width(way)
    weights = frozen(net, way, part) + t * (number + (p["mixed_copy"] if copied else 0.0))
    gradients = t * number
    states = t * (moments(way, 4.0 if copied else number) + (4.0 if copied else 0.0))
    # Adam works on all parameters at once; the others go through them one tensor after the other.
    step = t * p["step"] * (2 if copied else 1) if way.optimiser == "adam" else 0.0
    transit = in_transit(net, way, p, part, gradients, t)
    if way.offload != "none":
        gradients = min(gradients, 2 * gradients / (max(4.0, net.layers or 12.0) * part.layers))
        states = step = 0.0
    if way.offload == "parameters":
        weights = 0.0
    split = lambda least: way.replicas() if SHARDINGS.index(way.sharding) >= SHARDINGS.index(least) else 1.0
    kept, waiting = per_sample(net, way, p, part)
    return Need(
        weights=weights / split("zero3"),
        gradients=gradients / split("zero2"),
        optimiser=states / split("zero1"),
        in_transit=transit,
        step=step / split("zero1"),
        per_sample=kept,
        waiting=waiting,
        in_flight=part.in_flight,
        step_samples=way.batch / way.replicas(),
        context=p["context_gib"] * GIB,
        held=p["held"],
        share=p["fragmentation"],
    )


def is_derived(net):
    """Whether its activations follow from its size only."""
    return not net.activations_m if net.kind not in TEXT else not (net.layers and net.hidden)


def spread(net, way, samples, p):
    """Of ln(measured / need): as wide as the part of the activations, whose figures are least sure."""
    n = need(net, way, p)
    part = n.activations_share(samples)
    kind = p["spread_activations"] if net.kind in TEXT else p["spread_images"]
    derived = p["spread_derived"] if is_derived(net) else 0.0
    return math.sqrt(p["spread_states"] ** 2 + (kind**2 + derived**2) * part**2)
