module Contoso.Garden.Program

open System
open Distillation
open Distillation.Evaluation
open Distillation.Losses
open TorchSharp

/// One minus the cosine of the angle between the logits of student and teacher.
type CosineLoss() =
    inherit RowLoss()

    override _.ComputeRows(rows: LogitRows) =
        let cosine = torch.nn.functional.cosine_similarity (rows.Student, rows.Teacher, dim = 1L)
        torch.ones_like(cosine).sub cosine

/// Collects the losses of a run as they are reported.
type LossHistory() =
    let losses = ResizeArray<float>()
    member _.Losses = losses

    interface IProgress<TrainingProgress> with
        member _.Report progress = losses.Add progress.Loss

let network (hidden: int64) =
    torch.nn.Sequential(
        struct ("in", torch.nn.Linear(8L, hidden) :> torch.nn.Module<torch.Tensor, torch.Tensor>),
        struct ("act", torch.nn.ReLU() :> torch.nn.Module<torch.Tensor, torch.Tensor>),
        struct ("out", torch.nn.Linear(hidden, 4L) :> torch.nn.Module<torch.Tensor, torch.Tensor>)
    )

[<EntryPoint>]
let main _ =
    torch.set_num_threads 1
    torch.manual_seed 1L |> ignore
    use teacherNetwork = network 32L
    use studentNetwork = network 8L
    use teacher = Teacher.From teacherNetwork
    use student = Student.From studentNetwork

    use inputs = torch.randn (2000L, 8L)
    use labels = teacherNetwork.call(inputs).argmax 1L
    use train = new TensorData(inputs, labels)

    let evaluate () = Evaluator.Evaluate(student, train)
    let before = evaluate ()

    let loss = LossSum.Of [ SoftTargetLoss(2.0).WithWeight 0.5; CosineLoss().WithWeight 0.4; HardLabelLoss().WithWeight 0.1 ]

    let options =
        TrainerOptions(
            Epochs = 3,
            BatchSize = 20,
            Seed = 7,
            Optimizer = AdamOptimizer 0.01,
            BestBy = Metric.Accuracy,
            ReportEverySteps = 50,
            Update = UpdateOptions(ClipNorm = 1.0)
        )

    let history = LossHistory()
    let result = DistillationTrainer(teacher, student, loss, options).Fit(train, train, history)

    let after = evaluate ()
    let last = Seq.last result.History
    let terms = last.Terms |> Seq.map (fun term -> $"{term.Key} {term.Value:F3}") |> String.concat ", "
    printfn $"{result.Status}: {terms}; accuracy {before.Accuracy:P0} before, {after.Accuracy:P0} after"

    let isLearned =
        result.Status = TrainingStatus.Completed
        && after.Accuracy > before.Accuracy + 0.2
        && history.Losses[history.Losses.Count - 1] < history.Losses[0]

    let isNamed = Set.ofSeq last.Terms.Keys = set [ "SoftTarget"; "Cosine"; "HardLabel" ]

    let isBest =
        match result.Best with
        | null -> false
        | best ->
            match best.Validation with
            | null -> false
            | validation -> validation.Accuracy = after.Accuracy

    if isLearned && isNamed && isBest then
        0
    else
        eprintfn $"learned: {isLearned}, terms under their names: {isNamed}, the best student kept: {isBest}"
        1
