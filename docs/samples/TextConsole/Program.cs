using System.Globalization;
using Distillation.Text;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length != 1)
{
    Console.Error.WriteLine("""
        Classifies each line that is typed, or piped in, with a student that was saved as an ONNX file.
        Usage: TextConsole DIRECTORY
        """);
    return 2;
}

try
{
    using TextClassifier classifier = TextClassifier.Load(args[0]);
    while (Console.ReadLine() is { } line)
    {
        Console.WriteLine(classifier.Classify(line));
    }

    return 0;
}
catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
