using System.CommandLine;

namespace QuickStart;

/// <summary>The commands and their options. Arguments are validated before anything runs.</summary>
internal static class CommandLine
{
    private static readonly Option<DirectoryInfo?> Data = new("--data")
    {
        Description = "A directory with the four files of Fashion-MNIST or MNIST (*-ubyte or *-ubyte.gz). The default is a built-in subset.",
    };
    private static readonly Option<int> Seed = Number("--seed", "The first seed.", 0, int.MinValue);
    private static readonly Option<int> Epochs = Number("--epochs", "Passes over the training images.", 40, 1);
    private static readonly Option<int> Labels = Number("--labels", "How many of the training images have labels.", 200, 20);
    private static readonly Option<int> Unlabeled = Number("--unlabeled", "How many of the other training images are used without their labels.", 0, 0);
    private static readonly Option<bool> NoSearch = new("--no-search") { Description = "Distils without searching for the best recipe first." };
    private static readonly Option<int> Count = Number("--count", "How many clients there are.", 10, 2);
    private static readonly Option<int?> ClassesEach = AtLeast(
        1, new Option<int?>("--classes-each") { Description = "How many of the classes each client has. The default is all." });
    private static readonly Option<int?> SamplesEach = AtLeast(1, new Option<int?>("--samples-each")
    {
        Description = "How many images each client has, on average. The default is 100, or fewer where there are not as many.",
    });

    private static readonly Option<DirectoryInfo> Out =
        DirectoryOption("--out", "A directory for the reports, and for the student as ONNX; made if missing.", "quickstart");

    public static RootCommand Create()
    {
        Option<int> seeds = Seeds(3);
        Option<int> compressions = Seeds(5);
        Option<int> draws = Seeds(1);
        var root = new RootCommand(
            "Shows what distillation brings on images of clothing: for a network of half the size, and for a network that has 200 labeled images.")
        {
            Data, Seed, seeds, Epochs, Out,
        };
        Runs(root, Compress(seeds), (arguments, images) => new SmallData(images, labels: 200, unlabeled: 0, search: false, SeedsOf(arguments, seeds)));

        var compress = new Command("compress", "Trains a network, distils it into one of half the size, and compares.")
        {
            Data, Seed, compressions, Epochs, Out,
        };
        Runs(compress, Compress(compressions));

        var smallData = new Command("small-data", "Makes a model of few labeled images better with new samples, and tells what that brought.")
        {
            Data, Labels, Unlabeled, NoSearch, Seed, draws, Out,
        };
        Runs(smallData, (arguments, images) =>
            new SmallData(images, arguments.GetValue(Labels), arguments.GetValue(Unlabeled), !arguments.GetValue(NoSearch), SeedsOf(arguments, draws)));

        var clients = new Command("federated", "Scatters labeled images over places that keep them to themselves, and has them learn from each other.")
        {
            Data, Count, ClassesEach, SamplesEach, Seed, Out,
        };
        Runs(clients, (arguments, images) =>
            new Federated(images, arguments.GetValue(Count), arguments.GetValue(ClassesEach), arguments.GetValue(SamplesEach), arguments.GetValue(Seed)));

        Option<int> passes = Number("--epochs", "Passes over the training images.", 6, 1);
        var file = new Option<FileInfo>("--save")
        {
            Description = "Where the weights are saved; a directory of that name with .checkpoints beside it has what an interrupted run needs to go on.",
            DefaultValueFactory = _ => new("teacher.safetensors"),
        };
        var teacher = new Command("teacher", "Trains the convolutional teacher that comes with this program; --data needs all of Fashion-MNIST.")
        {
            Data, Seed, passes, file, Out,
        };
        Runs(teacher, (arguments, images) =>
            new TeacherTraining(images, arguments.GetValue(passes), arguments.GetValue(Seed), arguments.GetRequiredValue(file).FullName));

        root.Add(compress);
        root.Add(teacher);
        root.Add(smallData);
        root.Add(clients);
        return root;

        static Func<ParseResult, Images, IJob> Compress(Option<int> seeds) => (arguments, images) =>
            new Compression(images, arguments.GetValue(Epochs), SeedsOf(arguments, seeds), Path.Combine(DirectoryOf(arguments), "student.onnx"));
    }

    private static void Runs(Command command, params Func<ParseResult, Images, IJob>[] jobs) => command.SetAction(arguments =>
    {
        using Images images = Images.Load(arguments.GetValue(Data)?.FullName);
        IJob[] made = [.. jobs.Select(job => job(arguments, images))];
        string directory = DirectoryOf(arguments);
        Directory.CreateDirectory(directory);
        foreach (IJob job in made)
        {
            Findings findings = job.Run();
            findings.ToReport().Write(directory, findings.Name);
            Display.Show(findings);
            Console.WriteLine($"Report: {Path.Combine(directory, findings.Name)}.html");
        }

        return 0;
    });

    private static string DirectoryOf(ParseResult arguments) => arguments.GetRequiredValue(Out).FullName;

    private static Option<int> Seeds(int number) => Number("--seeds", "How many times everything is done, each time with another seed.", number, 1);

    private static int[] SeedsOf(ParseResult arguments, Option<int> seeds) =>
        [.. Enumerable.Range(0, arguments.GetValue(seeds)).Select(number => unchecked(arguments.GetValue(Seed) + number))];

    private static Option<int> Number(string name, string description, int otherwise, int least) =>
        AtLeast(least, new Option<int>(name) { Description = description, DefaultValueFactory = _ => otherwise });

    private static TOption AtLeast<TOption>(int least, TOption option)
        where TOption : Option
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out int value) && value < least)
            {
                result.AddError(FormattableString.Invariant($"{option.Name} must be at least {least}, but is {value}."));
            }
        });
        return option;
    }

    private static Option<DirectoryInfo> DirectoryOption(string name, string description, string otherwise)
    {
        var option = new Option<DirectoryInfo>(name) { Description = description, DefaultValueFactory = _ => new(otherwise) };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<DirectoryInfo>() is { } directory && File.Exists(directory.FullName))
            {
                result.AddError($"{name} must be a directory, but '{directory.FullName}' is a file.");
            }
        });
        return option;
    }
}
