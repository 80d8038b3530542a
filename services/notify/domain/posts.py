"""What a kind of post is called in a message."""

from collections.abc import Mapping
from typing import Final

POSTS: Final[Mapping[str, str]] = {
    "station_head": "站长",
    "deputy_head": "副站长",
    "instructor": "党建指导员",
    "contact_leader": "联点领导",
    "liaison": "联络员",
    "officer": "党建专干",
    "grid_head": "网格长",
    "secretary": "书记",
    "part_time_member": "兼职委员",
}
"""By the word of the published language; a test holds the two together."""
