"""A key management service as the command adapter talks to it: `python kms_program.py FILE`."""

import asyncio
import base64
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from shared.kernel.errors import Unavailable
from shared.privacy.errors import KeyringDamaged
from shared.privacy.file_key_encryption import FileKeyEncryption
from shared.privacy.key_encryption import WrappedKey

KEYS = FileKeyEncryption(Path(sys.argv[1]))


async def answer(question: dict[str, str]) -> dict[str, str]:
    if question["op"] == "current":
        return {"kek_id": await KEYS.current()}
    if question["op"] == "wrap":
        wrapped = await KEYS.wrap(question["person"], base64.b64decode(question["key"]))
        return {"kek_id": wrapped.kek_id, "blob": base64.b64encode(wrapped.blob).decode()}
    try:
        blob = WrappedKey(question["kek_id"], base64.b64decode(question["blob"]))
        return {"key": base64.b64encode(await KEYS.unwrap(question["person"], blob)).decode()}
    except KeyringDamaged:
        return {"error": "damaged"}
    except Unavailable:
        return {"error": "unavailable"}


for line in sys.stdin:
    sys.stdout.write(json.dumps(asyncio.run(answer(json.loads(line)))) + "\n")
    sys.stdout.flush()
