import Autodiff
import Syntax
import Tensors

// Draws from the session's stream: constants to any derivative under way. The same seed gives the same numbers.

extension Builtin {
    static let random: [Builtin] = [seed, randn, rand, randint, bernoulli, permutation, shuffle, choice]

    private static let shapeOrNumber = ParameterInfo.optional("shape", "a number")

    static let seed = Builtin(
        "seed", [.required("n")], .random, summary: "starts the random numbers anew: the same seed gives the same numbers",
        examples: ["seed(42); a = rand(); seed(42); rand() == a  # true"]
    ) { call in
        call.machine.random = RandomStream(seed: try call.whole(0))
        return .nothing
    }

    static let randn = Builtin(
        "randn", [shapeOrNumber], .random, summary: "random numbers from the normal distribution of mean 0 and standard deviation 1",
        examples: ["shape(randn([2, 3]))  # [2, 3]", "abs(mean(randn(10000))) < 0.05  # true"]
    ) { call in try call.drawn(.normal(try call.shape(0, default: .scalar))) }

    static let rand = Builtin(
        "rand", [shapeOrNumber], .random, summary: "random numbers spread evenly from 0 up to but not including 1",
        examples: ["shape(rand([2, 3]))  # [2, 3]", "max(rand(100)) < 1  # true"]
    ) { call in try call.drawn(.uniform(try call.shape(0, default: .scalar))) }

    static let randint = Builtin(
        "randint", [.required("low"), .required("high"), shapeOrNumber], .random,
        summary: "random whole numbers from low up to but not including high, each as likely as any other",
        examples: ["shape(randint(1, 7, [5]))  # [5]", "randint(3, 4)  # 3"]
    ) { call in
        let (low, high, shape) = (try call.whole(0), try call.whole(1), try call.shape(2, default: .scalar))
        return try call.drawn(.integers(low, high, shape), at: 1)
    }

    static let bernoulli = Builtin(
        "bernoulli", [.required("p"), .optional("shape", "that of p")], .random, summary: "1 with probability p, else 0",
        examples: ["bernoulli(1, [3])  # [1, 1, 1]", "bernoulli([0, 1, 0])  # [0, 1, 0]"]
    ) { call in
        let p = try call.tensor(0)
        let shape = try call.shape(1, default: p.shape)
        return try call.drawn(.bernoulli(p, shape), at: 0)
    }

    static let permutation = Builtin(
        "permutation", [.required("n")], .random, summary: "the whole numbers from 0 up to but not including n in a random order",
        examples: ["sort(permutation(4))  # [0, 1, 2, 3]"]
    ) { call in
        try call.drawn(.permutation(try call.count(0)), at: 0)
    }

    static let shuffle = Builtin(
        "shuffle", [.required("xs")], .random, summary: "the elements of a list or range, or the rows of a tensor or table, in a random order",
        examples: ["sort(shuffle([3, 1, 2]))  # [1, 2, 3]"]
    ) { call in
        try call.picked(0, try call.drawn(.permutation(try call.length(0))))
    }

    static let choice = Builtin(
        "choice", [.required("xs"), shapeOrNumber, .optional("replace", "true"), .optional("p", "equal")], .random,
        summary: "elements of xs, or rows of a tensor, chosen at random; replace: false chooses each at most once, p tells how likely each is",
        examples: ["choice([7, 7, 7])  # 7", "sort(choice([1, 2, 3], 3, replace: false))  # [1, 2, 3]", "choice([1, 2], p: [0, 1])  # 2"]
    ) { call in
        let count = try call.length(0)
        let shape = try call.shape(1, default: .scalar)
        let replace = try call.flag(2, default: true)
        let weights = call.has(3) ? try call.tensor(3) : nil
        return try call.picked(0, try call.drawn(.choice(count, shape, replace: replace, weights: weights)))
    }
}

extension Builtin.Call {
    /// How many elements an argument has.
    fileprivate func length(_ index: Int) throws -> Int {
        if let shape = self[index].outline?.shape, shape.rank > 0 { return shape[0] }
        if let count = container(index)?.elementCount { return count }
        return try elements(index).count
    }

    /// Numbers from the session's stream. On a tape that becomes a plan they are an input, drawn anew before each run.
    fileprivate func drawn(_ draw: Draw, at index: Int? = nil) throws -> Value {
        let numbers = try checked(at: index) { () throws(PrimitiveError) in try machine.random.draw(draw) }
        guard let tape = machine.tape, tape.isForPlan else { return Value(numbers) }
        return .node(tape.drawn(draw, numbers))
    }

    /// The elements or rows at the places, in the shape of the places; of a list a list.
    fileprivate func picked(_ index: Int, _ drawn: Value) throws -> Value {
        if self[index].isNumeric { return try apply(.take, [self[index], drawn], Attributes([.int(0)])) }
        guard !drawn.isTraced, let places = drawn.tensor else { throw Unplannable(reason: "it calls `\(builtin.name)` of what is no tensor") }
        if let object = container(index), places.rank == 1 { return object.elements(at: places.numbers.map { Int($0) }) }
        let elements = try elements(index)
        if places.rank == 0 { return elements[Int(places.number)] }
        guard places.rank == 1 else { throw problem("elements of a list are chosen one after another", at: 1, hints: ["give one count"]) }
        let picked = places.numbers.map { elements[Int($0)] }
        if case .range = self[index] { return try machine.array(picked, Site(span(index))) }
        return .list(picked)
    }
}
