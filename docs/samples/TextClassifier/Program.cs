using System.Globalization;
using Distillation.AI;
using Distillation.Text;
using GlossClassifier;
using Microsoft.Extensions.AI;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Arguments arguments;
try
{
    arguments = Arguments.Parse(args);
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine($"{wrong.Message}{Environment.NewLine}{Arguments.Usage}");
    return 2;
}

torch.set_num_threads(1);
LabeledText[] labeled = Glosses.Labeled;
LabeledText[] test = Glosses.Test;
string[] unlabeled = arguments.IsRecorded ? Glosses.Unlabeled : [.. Glosses.Unlabeled.Take(arguments.Texts)];
if (!arguments.IsRecorded)
{
    test = [.. test.Take(arguments.Texts)];
}

// 1. The teacher labels: requests whose answers are in the ledger are not sent.
string ledgerPath = arguments.IsRecorded ? Recording.Unpack(arguments.Output) : Path.Combine(arguments.Output, "answers.jsonl");
Directory.CreateDirectory(arguments.Output);
using IChatClient client = arguments.IsRecorded ? new RecordedClient() : ChatClients.Create(arguments.Teacher, arguments.Model);
using var ledger = new AnswerLedger(ledgerPath);
ChatLabelerOptions options = arguments.IsRecorded ? GlossTask.RecordedOptions : ChatClients.Options(unlabeled.Length + test.Length);
var labeler = new ChatLabeler(client, GlossTask.Task, options, ledger);
LabeledTexts taught = await labeler.LabelAsync(unlabeled);
LabeledTexts onTest = await labeler.LabelAsync([.. test.Select(text => text.Text)]);
Console.WriteLine($"{taught.Describe()}{Environment.NewLine}");

// 2. The student, alone and distilled, goes to ONNX with its tokenizer.
string aloneDirectory = Path.Combine(arguments.Output, "alone");
using (TextStudent student = GlossStudents.Alone(labeled, arguments.Steps))
{
    student.Save(aloneDirectory);
}

using (TextStudent student = GlossStudents.Distilled(labeled, taught, arguments.Steps))
{
    Console.WriteLine(student.Save(arguments.Output));
}

// 3. Both answer without TorchSharp from here on, and are compared with the labels of people.
using TextClassifier alone = TextClassifier.Load(aloneDirectory);
using TextClassifier distilled = TextClassifier.Load(arguments.Output);
LabeledText[] held = [.. test.Take(test.Length / 3)];
LabeledText[] judged = [.. test.Skip(held.Length)];
string[] texts = [.. judged.Select(text => text.Text)];
var threshold = ConformalThreshold.FitClassifier(distilled, held, new ConformalThresholdOptions { Risk = 0.1 });
LabelingVerdict verdict = LabelingVerdict.Compare(
    [.. judged.Select(text => text.Label)],
    GlossTask.Task.Names,
    [
        LabelingSystem.FromLabels("teacher", LabelingRole.LanguageModel, [.. texts.Select((_, index) => onTest.LabelOf(held.Length + index))]),
        LabelingSystem.FromPredictions("student alone", LabelingRole.StudentAlone, alone.Classify(texts)),
        LabelingSystem.FromPredictions("student distilled", LabelingRole.DistilledStudent, distilled.Classify(texts)),
    ],
    new LabelingVerdictOptions { Threshold = threshold.Threshold });
Console.WriteLine($"{Environment.NewLine}{verdict.Describe()}{Environment.NewLine}{Environment.NewLine}{threshold.Describe()}");
Console.WriteLine($"{Environment.NewLine}Now type definitions into: dotnet run --project docs/samples/TextConsole -- {arguments.Output}");
return 0;
