"""ResNet-18 beside torchvision's own."""

from __future__ import annotations

import torch
from torchvision.models import resnet18

from svr3d.methods.resnet18 import ResNet18


def test_it_is_torchvisions():
    """The same weights give the same maps, and the same gradients."""
    torch.manual_seed(0)
    theirs = resnet18(weights=None).eval()
    ours = ResNet18().eval()
    ours.load_state_dict({name: value for name, value in theirs.state_dict().items() if not name.startswith("fc")})
    images = torch.rand(2, 3, 64, 64)
    maps = ours(images)
    x = theirs.relu(theirs.bn1(theirs.conv1(images)))
    expected = [x]
    x = theirs.maxpool(x)
    for layer in (theirs.layer1, theirs.layer2, theirs.layer3, theirs.layer4):
        x = layer(x)
        expected.append(x)
    for found, wanted in zip(maps, expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)
    sum(found.square().mean() for found in maps).backward()
    sum(wanted.square().mean() for wanted in expected).backward()
    for name, parameter in theirs.named_parameters():
        if not name.startswith("fc"):
            torch.testing.assert_close(ours.get_parameter(name).grad, parameter.grad, rtol=1e-3, atol=1e-5)
