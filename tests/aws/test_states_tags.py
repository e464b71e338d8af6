"""Tags of machines and activities."""

import pytest

from conftest import refused
from words import PASS


@pytest.fixture(params=["machine", "activity"])
def tagged(request, sfn, machine, name):
    """A machine, and an activity, each with the tags a and b."""
    tags = [{"key": "a", "value": "1"}, {"key": "b", "value": ""}]
    if request.param == "machine":
        yield machine(PASS, tags=tags)
    else:
        arn = sfn.create_activity(name=name, tags=tags)["activityArn"]
        yield arn
        sfn.delete_activity(activityArn=arn)


def tags_of(sfn, arn):
    return {tag["key"]: tag["value"] for tag in sfn.list_tags_for_resource(resourceArn=arn)["tags"]}


def test_the_life_of_tags(sfn, tagged):
    assert tags_of(sfn, tagged) == {"a": "1", "b": ""}
    answer = sfn.tag_resource(resourceArn=tagged, tags=[{"key": "b", "value": "2"}, {"key": "c", "value": "ü:/=+-@_. "}])
    assert set(answer) == {"ResponseMetadata"}
    assert tags_of(sfn, tagged) == {"a": "1", "b": "2", "c": "ü:/=+-@_. "}
    assert set(sfn.untag_resource(resourceArn=tagged, tagKeys=["a", "none"])) == {"ResponseMetadata"}
    assert tags_of(sfn, tagged) == {"b": "2", "c": "ü:/=+-@_. "}
    sfn.tag_resource(resourceArn=tagged, tags=[])
    sfn.untag_resource(resourceArn=tagged, tagKeys=["b", "c"])
    assert tags_of(sfn, tagged) == {}


def test_tags_that_are_none(sfn, tagged):
    with refused("ValidationException", "...Member must have length less than or equal to 128"):
        sfn.tag_resource(resourceArn=tagged, tags=[{"key": "k" * 129, "value": ""}])
    with refused("ValidationException", "...Member must have length less than or equal to 256"):
        sfn.tag_resource(resourceArn=tagged, tags=[{"key": "k", "value": "v" * 257}])
    with refused("ValidationException", "...Member must have length greater than or equal to 1"):
        sfn.tag_resource(resourceArn=tagged, tags=[{"key": "", "value": ""}])
    with refused("TooManyTags"):
        sfn.tag_resource(resourceArn=tagged, tags=[{"key": f"k{number}", "value": ""} for number in range(51)])
    assert tags_of(sfn, tagged) == {"a": "1", "b": ""}


def test_tags_of_what_is_not_there(sfn, tagged):
    with refused("ResourceNotFound"):
        sfn.list_tags_for_resource(resourceArn=tagged + "-none")
    with refused("ResourceNotFound"):
        sfn.tag_resource(resourceArn=tagged + "-none", tags=[{"key": "a", "value": ""}])
    with refused("ResourceNotFound"):
        sfn.untag_resource(resourceArn=tagged + "-none", tagKeys=["a"])
