import sys
import time
n = int(sys.argv[1])
def slope(w):
    return 2 * (w - 3)
start = time.perf_counter()
w = 0.0
for i in range(n):
    w = w - 0.0001 * slope(w)
print("seconds", time.perf_counter() - start)
print("start", 9.0, slope(0.0))
print("after", w)
