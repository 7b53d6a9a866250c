using System.CommandLine;
using QuickStart;

ParseResult parsed = CommandLine.Create().Parse(args);
if (parsed.Errors.Count > 0)
{
    return Refuse(parsed.Errors[0].Message);
}

torch.set_num_threads(1); // Small layers: more threads would cost more than they bring.
try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException or OperationCanceledException)
{
    return Refuse(exception.Message);
}

static int Refuse(string message)
{
    Console.Error.WriteLine(message.ReplaceLineEndings(" "));
    return 2;
}
