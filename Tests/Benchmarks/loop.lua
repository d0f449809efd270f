local function count(n)
  local s = 0.0
  for i = 1, n do s = s + 2 * i end
  return s
end
local start = os.clock()
local result = count(10000000)
print("seconds", os.clock() - start)
print("after", string.format("%.17g", result))
