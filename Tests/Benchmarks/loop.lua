local s = 0.0
for i = 1, 10000000 do s = s + 2 * i end
print(string.format("%.17g", s))
