using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using OnnxConsole;

if (args.Length is not (1 or 2))
{
    Console.Error.WriteLine("""
        Classifies samples with an ONNX file.
        Usage: OnnxConsole MODEL [SAMPLES]
        SAMPLES has a sample a line, as numbers with commas between; without it they are read from the standard input.
        """);
    return 2;
}

try
{
    if (args.FirstOrDefault(path => !File.Exists(path)) is { } missing)
    {
        throw new FileNotFoundException($"There is no file '{missing}'.");
    }

    using var classifier = new Classifier(args[0]);
    using TextReader samples = args.Length == 2 ? File.OpenText(args[1]) : Console.In;
    for (int number = 1; samples.ReadLine() is { } line; number++)
    {
        Classification found = classifier.Classify(Numbers(line, number, classifier.Size));
        Console.WriteLine(FormattableString.Invariant($"{found.Label} {found.Probability:P1}"));
    }

    return 0;
}
catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException or OnnxRuntimeException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}

static float[] Numbers(string line, int number, long size)
{
    float[] read = [.. line.Split(',').Select(text => float.TryParse(text, CultureInfo.InvariantCulture, out float value)
        ? value
        : throw new InvalidDataException($"Line {number} must have numbers with commas between, but has '{text}'."))];
    return read.Length == size ? read : throw new InvalidDataException($"Line {number} must have {size} numbers, but has {read.Length}.");
}
