s = 0.0
for i in range(1, 10000001):
    s = s + 2 * i
print(s)
