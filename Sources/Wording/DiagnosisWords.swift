/// What `diagnose` says of a run: for each finding its name, what was seen, why, and what to try.
package struct DiagnosisWords: Sendable {
    // MARK: Names

    package let notFinite = Message("not finite", pt: "não finito")
    package let diverging = Message("diverging", pt: "diverge")
    package let blewUp = Message("blew up", pt: "explodiu")
    package let badStart = Message("bad start", pt: "mau começo")
    package let deadUnits = Message("dead units", pt: "unidades mortas")
    package let vanishing = Message("vanishing gradients", pt: "gradientes que somem")
    package let exploding = Message("exploding gradients", pt: "gradientes que explodem")
    package let plateau = Message("plateau", pt: "platô")
    package let guessing = Message("no better than guessing", pt: "não melhor que adivinhar")
    package let oscillating = Message("oscillating", pt: "oscila")
    package let overfitting = Message("overfitting", pt: "sobreajuste")
    package let tooSlow = Message("too slow", pt: "lento demais")
    package let stillImproving = Message("still improving", pt: "ainda melhora")
    package let metricDisagrees = Message("metric disagrees", pt: "a métrica discorda")
    package let zigzag = Message("zigzag", pt: "ziguezague")
    package let healthy = Message("healthy", pt: "saudável")
    package let notEnoughHistory = Message("not enough history", pt: "história insuficiente")

    // MARK: Headings

    package let why = Message("why", pt: "por quê")
    package let advice = Message("try", pt: "tente")

    /// Below the findings of a run that was started with `measures: false`.
    package let unmeasured = Message(
        "not judged, since the run was started with `measures: false`: dead units, vanishing and exploding gradients, zigzag; the losses are means of minibatches",
        pt: "não julgado, pois o treino começou com `measures: false`: unidades mortas, gradientes que somem e que explodem, ziguezague; as perdas são médias de minilotes")

    // MARK: Findings

    package let notEnoughSeen = Message("epochs so far: {count}", pt: "épocas até aqui: {count}")
    package let notEnoughWhy = Message("a curve needs at least two", pt: "uma curva precisa de pelo menos duas")
    package let notEnoughTry = Message("train for longer", pt: "treine por mais tempo")

    package let notFiniteWhy = Message(
        "one number that is not finite spoils all that is computed from it", pt: "um número não finito estraga tudo o que se calcula com ele")
    package let notFiniteTry = Message(
        "look at the inputs first; else divide η by 10, or clip the gradient",
        pt: "olhe primeiro as entradas; senão divida η por 10, ou limite o gradiente")

    package let divergingSeen = Message("the training loss went from {first} to {last}", pt: "a perda de treino foi de {first} a {last}")
    package let divergingWhy = Message(
        "each step overshoots the minimum by more than it gained", pt: "cada passo ultrapassa o mínimo por mais do que ganhou")
    package let divergingTry = Message(
        "lower η: it must stay below 2/λmax, and 1/λmax is safe; or clip the gradient",
        pt: "diminua η: deve ficar abaixo de 2/λmax, e 1/λmax é seguro; ou limite o gradiente")

    package let blewUpSeen = Message(
        "the loss rose to {peak} from {first}, and ended at {last}", pt: "a perda subiu de {first} a {peak} e terminou em {last}")
    package let blewUpWhy = Message(
        "a few steps too large threw the parameters far off", pt: "alguns passos grandes demais lançaram os parâmetros para longe")
    package let blewUpTry = Message("lower η and start again", pt: "diminua η e recomece")

    package let badStartSeen = Message(
        "the first loss is {first}; guessing would give {baseline}", pt: "a primeira perda é {first}; adivinhar daria {baseline}")
    package let badStartWhy = Message(
        "before any training a model should know nothing, and be wrong with little confidence",
        pt: "antes de treinar, um modelo não deveria saber nada, e errar com pouca confiança")
    package let badStartTry = Message(
        "scale the inputs, check that the loss fits the task and is a mean, and make the initial values smaller",
        pt: "ponha as entradas em escala, veja se a perda serve à tarefa e é uma média, e diminua os valores iniciais")

    package let deadSeen = Message(
        "{percent} of the gradient's entries are exactly 0", pt: "{percent} dos elementos do gradiente são exatamente 0")
    package let deadWhy = Message(
        "units whose input is below zero for every row pass no gradient and cannot recover",
        pt: "unidades cuja entrada é negativa em todas as linhas não passam gradiente e não se recuperam")
    package let deadTry = Message(
        "lower η, look at the initial values and the scale of the inputs, or use leaky_relu",
        pt: "diminua η, olhe os valores iniciais e a escala das entradas, ou use leaky_relu")

    package let vanishingSeen = Message(
        "the first layer's gradient is {ratio} of the last's", pt: "o gradiente da primeira camada é {ratio} do da última")
    package let vanishingWhy = Message(
        "each layer multiplies the gradient by something below 1", pt: "cada camada multiplica o gradiente por algo menor que 1")
    package let vanishingTry = Message(
        "another activation, larger initial values, fewer layers", pt: "outra ativação, valores iniciais maiores, menos camadas")
    package let explodingSeen = Message(
        "the first layer's gradient is {ratio} times the last's", pt: "o gradiente da primeira camada é {ratio} vezes o da última")
    package let explodingWhy = Message(
        "each layer multiplies the gradient by something above 1, or the inputs are large",
        pt: "cada camada multiplica o gradiente por algo maior que 1, ou as entradas são grandes")
    package let explodingTry = Message(
        "scale the inputs, clip the gradient, smaller initial values, fewer layers",
        pt: "entradas em escala, limite ao gradiente, valores iniciais menores, menos camadas")

    package let plateauSeen = Message(
        "the loss fell by {progress} from {first} in {epochs} epochs", pt: "a perda caiu {progress} a partir de {first} em {epochs} épocas")
    package let bouncingWhy = Message(
        "successive gradients point against each other: the steps bounce across the valley",
        pt: "gradientes sucessivos apontam um contra o outro: os passos saltam de um lado ao outro do vale")
    package let bouncingTry = Message("lower η", pt: "diminua η")
    package let tinyWhy = Message(
        "a step moves the parameters by only {movement} of their size", pt: "um passo move os parâmetros em só {movement} do seu tamanho")
    package let shortWhy = Message(
        "successive gradients point the same way, and the loss hardly falls: the steps are far too short",
        pt: "gradientes sucessivos apontam para o mesmo lado, e a perda quase não cai: os passos são curtos demais")
    package let tinyTry = Message("raise η", pt: "aumente η")
    package let pipelineWhy = Message("the parameters move, but the loss does not follow", pt: "os parâmetros se movem, mas a perda não acompanha")
    package let pipelineTry = Message(
        "look at the data: labels, shuffling, scale, the loss itself", pt: "olhe os dados: rótulos, ordem, escala, a própria perda")

    package let guessingSeen = Message("the best loss is {best}; guessing gives {baseline}", pt: "a melhor perda é {best}; adivinhar dá {baseline}")
    package let guessingWhy = Message(
        "the model has found nothing in the inputs that tells the targets", pt: "o modelo nada achou nas entradas que diga os alvos")
    package let guessingTry = Message(
        "check labels, shuffling, loss and scale; see whether one minibatch can be learned by heart; a larger model",
        pt: "confira rótulos, ordem, perda e escala; veja se um único minilote pode ser decorado; um modelo maior")

    package let oscillatingSeen = Message(
        "over the last {count} epochs the loss swings by ±{swing}", pt: "nas últimas {count} épocas a perda balança ±{swing}")
    package let nearLimitWhy = Message(
        "successive gradients point against each other: η is near its limit",
        pt: "gradientes sucessivos apontam um contra o outro: η está perto do limite")
    package let minibatchesWhy = Message("the minibatches pull in different directions", pt: "os minilotes puxam em direções diferentes")
    package let minibatchesTry = Message(
        "a larger batch, or a schedule that lowers η; check the scale of the inputs",
        pt: "um lote maior, ou uma agenda que diminua η; confira a escala das entradas")

    package let overfittingSeen = Message(
        "validation was best at epoch {best} ({lowest}) and is {end} now, while training fell from {before} to {last}",
        pt: "a validação foi melhor na época {best} ({lowest}) e agora é {end}, enquanto o treino caiu de {before} a {last}")
    package let overfittingWhy = Message("the model learns the training rows by heart", pt: "o modelo decora as linhas de treino")
    package let overfittingTry = Message(
        "weight decay, more data, or stop at epoch {best} with `patience:`",
        pt: "decaimento dos pesos, mais dados, ou parar na época {best} com `patience:`")

    package let quarterSeen = Message(
        "the last quarter of the epochs made {percent} of all progress", pt: "o último quarto das épocas fez {percent} de todo o progresso")
    package let tooSlowWhy = Message("the loss is still falling about as fast as it did", pt: "a perda ainda cai quase tão depressa quanto antes")
    package let tooSlowTry = Message("about three times η, with a schedule; or many more epochs", pt: "cerca de três vezes η, com uma agenda; ou muito mais épocas")
    package let stillWhy = Message("the loss has not settled", pt: "a perda não se assentou")
    package let stillTry = Message("more epochs", pt: "mais épocas")

    package let metricSeen = Message(
        "the metric moved by {moved}, the loss by {percent}; their correlation is {correlation}",
        pt: "a métrica mudou {moved}, a perda {percent}; a correlação é {correlation}")
    package let metricWhy = Message("the loss is only a stand-in for what counts", pt: "a perda apenas representa o que conta")
    package let metricTry = Message("trust the metric; look for a loss closer to it", pt: "confie na métrica; procure uma perda mais próxima dela")

    package let zigzagSeen = Message(
        "successive gradients point against each other (cosine {cosine}), yet the loss falls",
        pt: "gradientes sucessivos apontam um contra o outro (cosseno {cosine}), e mesmo assim a perda cai")
    package let zigzagWhy = Message(
        "η lies between 1/λmax and 2/λmax: each step crosses the valley", pt: "η está entre 1/λmax e 2/λmax: cada passo atravessa o vale")
    package let zigzagTry = Message("half of η would get there faster", pt: "a metade de η chegaria antes")

    package let healthySeen = Message("the loss fell from {first} to {last}", pt: "a perda caiu de {first} a {last}")
    package let healthyValidated = Message(
        "the loss fell from {first} to {last}, validation to {end} (gap {gap}, best at epoch {best})",
        pt: "a perda caiu de {first} a {last}, a validação a {end} (diferença {gap}, melhor na época {best})")
    package let healthyWhy = Message("nothing here looks wrong", pt: "nada parece errado")
    package let healthyTry = Message(
        "compare with another η or seed before you trust it", pt: "compare com outro η ou outra semente antes de confiar")

    // MARK: With the curvature known

    package let curvature = Message(
        "{why}; the largest curvature is {curvature}, so plain gradient descent is stable only for η below 2/{curvature} = {limit}, and here η is {rate}",
        pt: "{why}; a maior curvatura é {curvature}, e a descida simples só é estável para η abaixo de 2/{curvature} = {limit}, e aqui η é {rate}")
    package let belowLimit = Message(
        "η below {limit}; {straight} (one over the curvature) takes the straightest way",
        pt: "η abaixo de {limit}; {straight} (um sobre a curvatura) toma o caminho mais reto")
}
