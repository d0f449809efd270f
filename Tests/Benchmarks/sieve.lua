local function primes(n)
  local is_composite = {}
  for i = 0, n - 1 do is_composite[i] = 0 end
  local count = 0
  for i = 2, n - 1 do
    if is_composite[i] == 0 then
      count = count + 1
      local j = i * i
      while j < n do
        is_composite[j] = 1
        j = j + i
      end
    end
  end
  return count
end
local start = os.clock()
local result = primes(200000)
print("seconds", os.clock() - start)
print("after", string.format("%.17g", result))
