"""Writes snapshots of bike stations, a document a minute: stations.py FOLDER ROWS. The same each time.

289 stations in each, in the shape of an open data portal's answer (`records[].fields`).
"""

import json
import os
import random
import sys

STATIONS = 289


def main(folder, rows):
    os.makedirs(folder, exist_ok=True)
    chance = random.Random(7)
    bikes = [chance.randrange(20) for _ in range(STATIONS)]
    for minute in range(-(-rows // STATIONS)):
        at = "2022-%02d-%02dT%02d:%02d:00+00:00" % (
            minute // 40320 % 12 + 1, minute // 1440 % 28 + 1, minute // 60 % 24, minute % 60)
        records = []
        for station in range(STATIONS):
            bikes[station] = max(0, min(30, bikes[station] + chance.choice((-1, 0, 0, 1))))
            records.append({
                "datasetid": "stations", "recordid": "%040x" % (station * 7919 + minute),
                "fields": {
                    "libelle": station + 1, "nom": f"STATION {station + 1}",
                    "adresse": f"{station} RUE DE LA GARE", "commune": "LILLE",
                    "etat": "EN SERVICE", "etatconnexion": "CONNECTED", "type": "AVEC TPE",
                    "nbvelosdispo": bikes[station], "nbplacesdispo": 30 - bikes[station],
                    "localisation": [50.6 + station / 10000, 3.0 + station / 10000],
                    "datemiseajour": at,
                },
                "record_timestamp": at,
            })
        with open(os.path.join(folder, f"stations-{minute:06}.json"), "w") as out:
            json.dump({"nhits": STATIONS, "parameters": {"rows": 300}, "records": records}, out)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
