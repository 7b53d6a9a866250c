using System.CommandLine;
using QuickStart;

var data = new Option<DirectoryInfo?>("--data") { Description = "A directory with the four files of Fashion-MNIST or MNIST (*-ubyte or *-ubyte.gz). The default is a built-in subset." };
var epochs = new Option<int>("--epochs") { Description = "Passes over the training images.", DefaultValueFactory = _ => 40 };
var seeds = new Option<int>("--seeds") { Description = "How many times everything is trained, each time with another seed.", DefaultValueFactory = _ => 5 };
var seed = new Option<int>("--seed") { Description = "The first seed.", DefaultValueFactory = _ => 0 };
var save = new Option<FileInfo?>("--save") { Description = "Where the distilled student of the first seed is saved, in TorchSharp's format." };
RequirePositive(epochs);
RequirePositive(seeds);
save.Validators.Add(result =>
{
    if (result.GetValueOrDefault<FileInfo>() is { Directory: { Exists: false } directory })
    {
        result.AddError($"The directory '{directory.FullName}' of --save does not exist.");
    }
});

var command = new RootCommand("Trains a network on images of clothing, distils it into one of half the size, and compares.") { data, epochs, seeds, seed, save };
command.SetAction(arguments =>
{
    using Images raw = Images.Load(arguments.GetValue(data)?.FullName);
    using Images images = raw.Normalized();
    var experiment = new Experiment(images, arguments.GetValue(epochs));
    IReadOnlyList<Trial> trials = Display.Run(experiment, [.. Enumerable.Range(arguments.GetValue(seed), arguments.GetValue(seeds))], arguments.GetValue(save)?.FullName);
    Display.Table(images, trials);
    return 0;
});

var labels = new Option<int>("--labels") { Description = "How many of the training images have labels.", DefaultValueFactory = _ => 200 };
RequirePositive(labels);
var unlabelled = new Option<int>("--unlabelled") { Description = "How many of the other training images are used without their labels.", DefaultValueFactory = _ => 0 };
unlabelled.Validators.Add(result =>
{
    if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out int value) && value < 0)
    {
        result.AddError($"{unlabelled.Name} must be zero or positive.");
    }
});
var smallData = new Command("small-data", "Makes a model of few labelled images better with new samples, and tells what that brought.") { data, labels, unlabelled, seed };
smallData.SetAction(arguments =>
{
    using Images images = Images.Load(arguments.GetValue(data)?.FullName);
    new SmallData(images, arguments.GetValue(labels), arguments.GetValue(unlabelled), arguments.GetValue(seed)).Run();
    return 0;
});
command.Add(smallData);

ParseResult parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    return Refuse(parsed.Errors[0].Message);
}

torch.set_num_threads(1); // Small layers: more threads would cost more than they bring.
try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
{
    return Refuse(exception.Message);
}

static int Refuse(string message)
{
    Console.Error.WriteLine(message.ReplaceLineEndings(" "));
    return 2;
}

static void RequirePositive(Option<int> option) => option.Validators.Add(result =>
{
    if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out int value) && value <= 0)
    {
        result.AddError($"{option.Name} must be positive.");
    }
});
