"""Times Pillow for images.ts: reads one JSON line a job, answers one JSON line of milliseconds.

Crops, resizes with bilinear, then rescales and normalises with NumPy as the reference does.
"""
import json
import sys
import time

import numpy as np
from PIL import Image, __version__

SIZE = 896
pictures = {}

def process(image, boxes):
    start = time.perf_counter()
    resized = [image.crop(box).resize((SIZE, SIZE), Image.BILINEAR) for box in boxes]
    middle = time.perf_counter()
    values = np.empty((len(boxes), 3, SIZE, SIZE), dtype=np.float32)
    for index, part in enumerate(resized):
        channels = np.transpose(np.asarray(part), (2, 0, 1))
        rescaled = (channels.astype(np.float64) * (1 / 255)).astype(np.float32)
        values[index] = ((rescaled.T - np.float32(0.5)) / np.float32(0.5)).T
    end = time.perf_counter()
    return {'resize': (middle - start) * 1e3, 'all': (end - start) * 1e3, 'sum': float(values.sum(dtype=np.float64))}


print(json.dumps({'pillow': __version__, 'numpy': np.__version__}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    if 'file' in job:
        with open(job['file'], 'rb') as file:
            pictures[job['name']] = Image.frombytes('RGB', (job['width'], job['height']), file.read())
        answer = {}
    else:
        answer = process(pictures[job['name']], job['boxes'])
    print(json.dumps(answer), flush=True)
