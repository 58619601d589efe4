"""Which part labels each category has, so that a voxel's softmax runs over those of its object's category alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ...datasets.facts import DataFacts
from ...errors import InputError

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int

PLAIN = "part"
"""The label of a part whose name says nothing."""
LARGEST = 80.0
"""Of a logit relative to that of empty space: e⁸⁰, and sums of some, are single-precision numbers still."""


class CategoryLabels(nn.Module):
    """The C labels of a method's categories, and for each category the slots of its own.

    Slot 0 is empty space, the next ones are the category's labels, and what is left is no class.

    A network that computes the slots of an object's category computes the same softmax as one that masks all other
    labels out, at a fraction of the cost.

    Args:
        facts: of the data. Labels that none of its categories has are left out.
        method: its name, for errors.

    Attributes:
        names: of the labels; label `l` is `names[l - 1]`, 0 is empty.
        slots: Long[categories, S]: the label in each slot.
        void: Bool[categories, S]: the slots that are no class.
        owned: Float[categories, C]: 1 where a category has a label.

    Raises:
        InputError: the data has no categories, or one has no labels, or parts have no other label than `part`.
    """

    slots: Int[Tensor, "categories S"]
    void: Bool[Tensor, "categories S"]
    owned: Float[Tensor, "categories C"]
    _places: Int[Tensor, "categories labels"]

    def __init__(self, facts: DataFacts, method: str) -> None:
        super().__init__()
        _check(facts, method)
        own = {category: set(facts.category_labels[category]) for category in facts.categories}
        self.stored = facts.labels
        self.names = tuple(label for label in facts.labels if any(label in labels for labels in own.values()))
        rows = [[label for label in self.names if label in own[category]] for category in facts.categories]
        shape = (len(rows), 1 + max(map(len, rows)))
        slots, void = torch.zeros(shape, dtype=torch.long), torch.ones(shape, dtype=torch.bool)
        void[:, 0] = False
        places = torch.full((len(rows), 1 + len(facts.labels)), -1)
        places[:, 0] = 0
        for row, labels in enumerate(rows):
            for slot, label in enumerate(labels, start=1):
                slots[row, slot], void[row, slot] = 1 + self.names.index(label), False
                places[row, 1 + facts.labels.index(label)] = slot
        owned = torch.tensor([[float(label in own[category]) for label in self.names] for category in facts.categories])
        for name, value in (("slots", slots), ("void", void), ("owned", owned), ("_places", places)):
            self.register_buffer(name, value, persistent=False)

    def to_slots(
        self, labels: Int[Tensor, "B R R R"], categories: Int[Tensor, " B"], names: tuple[str, ...]
    ) -> Int[Tensor, "B R R R"]:
        """The slots of the data's labels.

        Args:
            labels: as stored, 0 = empty.
            categories: of the objects.
            names: of the categories.

        Raises:
            InputError: an object has a label that its category has not, by the facts.
        """
        placed = self._places[categories].gather(1, labels.flatten(1)).view(labels.shape)
        wrong = placed < 0
        if wrong.any():
            at = wrong.nonzero()[0]
            label, category = self.stored[int(labels[tuple(at)]) - 1], names[int(categories[at[0]])]
            raise InputError(
                f"target 'part_voxels': an object of category '{category}' has voxels of the label '{label}', which "
                "the data set's metadata do not list for it; prepare the data set again"
            )
        return placed

    def in_slots(self, values: Float[Tensor, " labels"], categories: Int[Tensor, " B"]) -> Float[Tensor, "B S"]:
        """Values of the labels (that of empty space first) in the slots of some categories."""
        return values[self.slots[categories]]

    def probabilities(
        self, logits: Float[Tensor, "B 1+C V"], categories: Float[Tensor, "B categories"]
    ) -> tuple[Float[Tensor, "B V"], Float[Tensor, "B C V"]]:
        """Of empty space, and of each label: the mean of the categories' softmaxes, each over its own labels.

        Args:
            logits: of empty space, and of all labels.
            categories: the probabilities of the categories.
        """
        # Relative to empty space, which all categories have: no sum is 0 then, and none overflows.
        odds = (logits[:, 1:] - logits[:, :1]).float().clamp(max=LARGEST).exp()
        empty = categories[..., None] / (1 + self.owned @ odds)  # (B, categories, V)
        return empty.sum(1), odds * (self.owned.T @ empty)


def _check(facts: DataFacts, method: str) -> None:
    if not facts.categories:
        raise InputError(f"method '{method}' needs the names of the training set's categories, and it has none")
    if not any(facts.category_labels.get(category) for category in facts.categories):
        raise InputError(f"method '{method}' learns labelled parts, and this data set has no parts with labels")
    bare = [category for category in facts.categories if not facts.category_labels.get(category)]
    if bare:
        raise InputError(
            f"method '{method}' learns labelled parts, and some categories of this data set have none: "
            f"{', '.join(bare)}; train it for the other ones (`--categories`)"
        )
    labels = {label for category in facts.categories for label in facts.category_labels[category]}
    if labels == {PLAIN}:
        raise InputError(
            f"method '{method}' learns what parts are called, and all parts of this data set are called '{PLAIN}', as "
            "parts are whose names say nothing; expected names such as 'seat' or 'leg'"
        )
    unknown = sorted(labels - set(facts.labels))
    if unknown:
        raise InputError(
            f"the data set's metadata list the label '{unknown[0]}' for a category, but not among all labels"
        )
