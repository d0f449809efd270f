import time
def primes(n):
    is_composite = [0] * n
    count = 0
    for i in range(2, n):
        if is_composite[i] == 0:
            count += 1
            j = i * i
            while j < n:
                is_composite[j] = 1
                j += i
    return count
start = time.perf_counter()
result = primes(200000)
print("seconds", time.perf_counter() - start)
print("after", result)
