"""Writes events, an object a line: events.py FOLDER ROWS [FILES]. The same rows each time.

About 330 bytes each, in the shape of web and device events: unique ids, a time, nested properties.
"""

import os
import random
import sys

KINDS = ["click", "view", "purchase", "scroll", "add_to_cart", "heartbeat"]


def main(folder, rows, files):
    os.makedirs(folder, exist_ok=True)
    chance = random.Random(5)
    number = 0
    for file in range(files):
        count = rows // files + (1 if file < rows % files else 0)
        with open(os.path.join(folder, f"events-{file:05}.ndjson"), "w") as out:
            for _ in range(count):
                second = number // 12
                out.write(
                    '{"event_id":"evt_%012x%08x","event_timestamp":"2024-01-%02dT%02d:%02d:%02d.%03dZ",'
                    '"event_type":"%s","device_id":"dev_%06d","user_id":"user_%05d",'
                    '"properties":{"page_url":"https://example.com/p/%d?ref=%d","referrer":"https://example.com/",'
                    '"value":%.2f,"position":[%d,%d],"tags":["a","b\\u00e9"],"ok":true,"note":null}}\n'
                    % (
                        number, chance.getrandbits(32), second // 86400 % 28 + 1,
                        second // 3600 % 24, second // 60 % 60, second % 60, number % 1000,
                        KINDS[number % 6], chance.randrange(10**6), chance.randrange(10**5),
                        chance.randrange(5000), chance.randrange(50), chance.random() * 500,
                        chance.randrange(2000), chance.randrange(2000),
                    )
                )
                number += 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 8)
