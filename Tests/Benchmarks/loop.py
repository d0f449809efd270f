import time
def count(n):
    s = 0.0
    for i in range(1, n + 1):
        s = s + 2 * i
    return s
start = time.perf_counter()
result = count(10000000)
print("seconds", time.perf_counter() - start)
print("after", result)
