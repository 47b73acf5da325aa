"""Prints how often each operation of a version has succeeded, by the server's own count; fails if one never has.

usage: reached.py ADDRESS VERSION
"""

import re
import sys
from urllib.parse import urljoin

import requests

metrics = requests.get(urljoin(sys.argv[1], "/metrics"), timeout=10).text
counted = re.findall(r'requests_total\{operation="(\w+)",version="([\w.]+)",status="(\dxx)"\} (\d+)', metrics)
counts = {}
for operation, version, status, count in counted:
    if version == sys.argv[2]:
        counts.setdefault(operation, {})[status] = int(count)

document = requests.get(urljoin(sys.argv[1], f"/openapi/{sys.argv[2]}.json"), timeout=10).json()
declared = sorted(it["operationId"] for path in document["paths"].values() for it in path.values())
print(f"{'operation':28}{'2xx':>6}{'4xx':>6}{'5xx':>6}")
for operation in declared:
    print(f"{operation:28}" + "".join(f"{counts.get(operation, {}).get(status, 0):6}" for status in ("2xx", "4xx", "5xx")))
never = [operation for operation in declared if not counts.get(operation, {}).get("2xx")]
if never:
    sys.exit(f"never succeeded: {', '.join(never)}")
