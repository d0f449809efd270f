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
print(primes(200000))
