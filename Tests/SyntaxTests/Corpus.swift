/// Programs of every form, for the formatter and as the seed of mutations.
let corpus: [String] = [
    """
    # The classic example
    L(w)=(w-3)^2     # a function
    L'(0)   # -6
    w=0;


    w<-w-0.1*∇L(w)  # up
    explain step(L, w, lr: 0.1)
    """,
    """
    rule adam(lr: 0.001, β1: 0.9, beta2: 0.999, ε: 1e-8) { # the rule
      m = 0                                  # memory: one per parameter, of its shape
      # and
      v = 0
      update(θ, g, t) = {
        m <- β1 * m + (1 - β1) * g
        v ← β2 · v + (1 − β2) * g²
        θ - lr * (m / (1 - β1^t)) / (sqrt(v / (1 - β2^t)) + ε)
      }
    }
    """,
    """
    X = [[1,2],
         [3,4]]
    p = {w: randn([2]), # weights
         b: 0}
    q = {
      # nothing
    }
    run = train(loss, p, data: {X: X, y: y}, batch: 32, epochs: 20, validate: 0.2, metric: accuracy, patience: 5)
    xs |> map(x -> { a = x
      a }) |> f
    xs
      |> f   # first
      |> g
    """,
    """
    if a then b else c
    if a { b } else if c { d; e } else {
    # nothing
    }
    for i in 1...5 { s <- s + 2i }
    while not done and i < 10 { i <- i + 1; if i > 3 { break } }
    f() = { return }
    g(x, k: 2, X[n, 3]) = x + k
    h = (a, b) → a * b
    """,
    """
    y = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38]
    z = a + # odd
      b
    long = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa + bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb * cccccccccccccccccccccc + dddddddddddddddd
    "w = {w}, { f( "x" ) } \\{ \\u{3B8}"
    -2x^2 + a / -2 * √x + 2(w - 3) - 1/(2x) + x⁻¹ + f''(x)
    x[0, 1..<3, :, ..<2, 2..., -1]
    import "a.grad"
    p.w[0] <- 1;
    ∇(x -> x^2)(3) + ∇p.loss(w) + ∇∇f(x)
    ∂L / ∂ w(1, 2) + 2∂p.loss/∂theta(1)^2 + ∂(∂L/∂w)/∂b(1, 2)
    """,
    """
    f(  # why
      a,  # first
      # then
      b   # last
    )
    choose = if aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa then bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb else ccccccccccccccccccccc
    (a +
      b)
    not (a == b) or true
    x |> y -> y^2 |> g
    """,
]
