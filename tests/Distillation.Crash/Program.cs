using System.Globalization;
using Distillation.Crash;

switch (args)
{
    case ["store", var directory, var samples, var shards]:
        StoreCommand.RunUntil(directory, Whole(samples), Whole(shards), Console.Out);
        return 0;
    case ["write", var directory, var samples, var rows, var seconds]:
        StoreCommand.RunUnflushed(directory, Whole(samples), (int)Whole(rows), TimeSpan.FromSeconds(Whole(seconds)), Console.Out, Console.In);
        return 0;
    case ["train", var directory, var steps, var teacher, var place, var times]:
        using (var hold = new Hold(Enum.Parse<HoldAt>(place), Whole(times), Console.Out))
        {
            Console.WriteLine(TrainCommand.Run(directory, Whole(steps), Enum.Parse<TeacherKind>(teacher), hold));
        }

        return 0;
    case ["scheme", var scheme, var directory, var steps, var place, var times]:
        using (var hold = new Hold(Enum.Parse<HoldAt>(place), Whole(times), Console.Out))
        {
            Console.WriteLine(SchemeCommand.Run(scheme, directory, Whole(steps), hold));
        }

        return 0;
    case ["soak", var directory, var steps]:
        SoakCommand.Run(directory, Whole(steps), Console.Out);
        return 0;
    case ["collections", var student, var steps]:
        return CollectionsCommand.Run(Enum.Parse<StudentKind>(student), Whole(steps), Console.Out) == 0 ? 0 : 1;
    case ["layers"]:
        LayersCommand.Run(Console.Out);
        return 0;
    default:
        Console.Error.WriteLine("Distillation.Crash store <directory> <samples> <shards after which it stands still>");
        Console.Error.WriteLine("Distillation.Crash write <directory> <samples> <samples a flush> <seconds between two>");
        Console.Error.WriteLine("Distillation.Crash train <directory> <steps> Live|Cached Nowhere|Start|FileWritten|Report|Termination <times>");
        Console.Error.WriteLine("Distillation.Crash scheme <scheme> <directory> <steps> Nowhere|FileWritten|Report|Stage|Termination <times>");
        Console.Error.WriteLine("Distillation.Crash soak <directory> <steps>");
        Console.Error.WriteLine("Distillation.Crash collections Plain|Layers|Optimizer|Operators|Everything <steps>");
        Console.Error.WriteLine("Distillation.Crash layers");
        return 2;
}

static long Whole(string number) => long.Parse(number, CultureInfo.InvariantCulture);
