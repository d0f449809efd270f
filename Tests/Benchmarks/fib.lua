local function fib(n) if n < 2 then return n else return fib(n - 1) + fib(n - 2) end end
local start = os.clock()
local result = fib(27)
print("seconds", os.clock() - start)
print("after", string.format("%.17g", result))
