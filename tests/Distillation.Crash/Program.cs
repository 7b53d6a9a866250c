using System.Globalization;
using Distillation.Crash;

switch (args)
{
    case ["store", var directory, var samples]:
        StoreCommand.Run(directory, long.Parse(samples, CultureInfo.InvariantCulture));
        return 0;
    default:
        Console.Error.WriteLine("Distillation.Crash store <directory> <samples>");
        return 2;
}
