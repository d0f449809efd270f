/// What `explain` says of an update.
package struct StepWords: Sendable {
    package let falls = Message("{loss} falls as {name} grows", pt: "{loss} diminui quando {name} cresce")
    package let rises = Message("{loss} rises as {name} grows", pt: "{loss} aumenta quando {name} cresce")
    package let flat = Message("{loss} is level at this {name}", pt: "{loss} não varia neste {name}")
    package let down = Message("down {amount} ({percent} %)", pt: "desce {amount} ({percent} %)")
    package let up = Message("up {amount} ({percent} %)", pt: "sobe {amount} ({percent} %)")
    package let unchanged = Message("unchanged", pt: "sem mudança")
    package let clipped = Message("clipped from {from} to {to}", pt: "limitado de {from} a {to}")
    package let memory = Message("{name}: {before} → {after}", pt: "{name}: {before} → {after}")
    package let check = Message("check", pt: "prova")
    package let prediction = Message(
        "slope {slope}, curvature {curvature}: {sum} predicted, {actual} happened",
        pt: "inclinação {slope}, curvatura {curvature}: previsto {sum}, ocorrido {actual}")
    package let why = Message("why", pt: "porquê")
    package let range = Message(
        "{name} = {curvature}: below {glide} it glides, to {limit} it zigzags, above {limit} it diverges; here {rate}",
        pt: "{name} = {curvature}: abaixo de {glide} desliza, até {limit} ziguezagueia, acima de {limit} diverge; aqui {rate}")
    package let heavyBall = Message(
        "{name} = {curvature}: with momentum it is stable below {limit}; here {rate}",
        pt: "{name} = {curvature}: com momento é estável abaixo de {limit}; aqui {rate}")
    package let nesterov = Message(
        "{name} = {curvature}: with Nesterov's momentum it is stable below {limit}; here {rate}",
        pt: "{name} = {curvature}: com o momento de Nesterov é estável abaixo de {limit}; aqui {rate}")
    package let plainLimit = Message(
        "{name} = {curvature}: plain descent would be stable below {limit}; this rule scales its steps itself",
        pt: "{name} = {curvature}: a descida simples seria estável abaixo de {limit}; esta regra ajusta os seus próprios passos")
    package let bendsDown = Message(
        "{name} = {curvature}: the loss does not bend upwards here, so the curvature sets no limit to the step",
        pt: "{name} = {curvature}: a perda não se curva para cima aqui, logo a curvatura não limita o passo")
    package let largestCurvature = Message("largest curvature", pt: "maior curvatura")
    package let numbers = Message("over {count} numbers", pt: "sobre {count} números")
    package let rule = Message("rule {rule}, for each parameter θ with gradient g", pt: "regra {rule}, para cada parâmetro θ com gradiente g")
    package let shape = Message("shape", pt: "forma")
    package let largestMoves = Message("largest moves", pt: "maiores movimentos")
    package let largestMove = Message("largest move", pt: "maior movimento")
    package let entry = Message("{move}, gradient {gradient}", pt: "{move}, gradiente {gradient}")
}
