/// What `explain train(…)` says of a run.
package struct TrainWords: Sendable {
    package let step = Message("step", pt: "passo")
    package let glides = Message(
        "it glides: the gradient keeps its direction and the loss falls, from {first} to {last}",
        pt: "desliza: o gradiente mantém a direção e a perda desce, de {first} a {last}")
    package let zigzags = Message(
        "it zigzags: the gradient turns round at every step, and the loss still falls, from {first} to {last}",
        pt: "ziguezagueia: o gradiente inverte-se a cada passo e a perda ainda desce, de {first} a {last}")
    package let diverges = Message(
        "it diverges: the loss grows from {first} to {last}, since every step goes too far",
        pt: "diverge: a perda cresce de {first} a {last}, pois cada passo vai longe demais")
    package let wanders = Message(
        "the loss goes up and down, from {first} to {last}",
        pt: "a perda sobe e desce, de {first} a {last}")
    package let factor = Message(
        "each step multiplies the gradient by {factor}",
        pt: "cada passo multiplica o gradiente por {factor}")
    package let arrived = Message("the gradient is zero: it has arrived", pt: "o gradiente é zero: chegou")
    package let stopped = Message("stopped: {ending}", pt: "parou: {ending}")
    package let allSteps = Message("all steps done", pt: "todos os passos feitos")
    package let allEpochs = Message("all epochs done", pt: "todas as épocas feitas")
    package let unfinished = Message("not finished", pt: "não terminou")
    package let noBetterStep = Message(
        "no improvement for {waited} steps; the parameters are those of step {best}",
        pt: "sem melhora há {waited} passos; os parâmetros são os do passo {best}")
    package let noBetterStepOnce = Message(
        "no improvement for 1 step; the parameters are those of step {best}",
        pt: "sem melhora há 1 passo; os parâmetros são os do passo {best}")
    package let noBetterEpoch = Message(
        "no improvement for {waited} epochs; the parameters are those of epoch {best}",
        pt: "sem melhora há {waited} épocas; os parâmetros são os da época {best}")
    package let noBetterEpochOnce = Message(
        "no improvement for 1 epoch; the parameters are those of epoch {best}",
        pt: "sem melhora há 1 época; os parâmetros são os da época {best}")
    package let converged = Message("the gradient is zero", pt: "o gradiente é zero")
    package let interrupted = Message("interrupted", pt: "interrompido")
    package let spoiledAtOnce = Message("{what}; the parameters are as they were", pt: "{what}; os parâmetros são os do início")
    package let spoiled = Message("{what}; the parameters are the last finite ones", pt: "{what}; os parâmetros são os últimos finitos")
    package let nothing = Message("no update was made", pt: "nenhuma atualização foi feita")
}
