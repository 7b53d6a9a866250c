using System.Globalization;
using Distillation.Onnx;
using FromPython;
using Sequential = TorchSharp.Modules.Sequential;

if (args.Length is not (1 or 2))
{
    Console.Error.WriteLine("""
        Distils a teacher that Python trained into a small student, and writes the student as an ONNX file.
        Usage: FromPython DIRECTORY [DATA]
        DIRECTORY has teacher.onnx, which teacher.py writes, and gets student.onnx and samples.csv.
        DATA has the four files of Fashion-MNIST (*-ubyte.gz); those of the QuickStart if not given.
        """);
    return 2;
}

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
torch.set_num_threads(1); // Small layers: more threads would cost more than they bring.
string teacherPath = Path.Combine(args[0], "teacher.onnx");
string studentPath = Path.Combine(args[0], "student.onnx");
string samplesPath = Path.Combine(args[0], "samples.csv");
try
{
    if (!File.Exists(teacherPath))
    {
        throw new FileNotFoundException(
            $"There is no file '{teacherPath}'. Have teacher.py write it first: python3 docs/samples/FromPython/teacher.py {args[0]}");
    }

    using Clothes clothes = Clothes.Load(args.Length == 2 ? args[1] : Path.Combine(AppContext.BaseDirectory, "Data"));
    using var lesson = new Lesson(teacherPath, clothes, epochs: 40);
    Console.WriteLine($"teacher: {lesson.TeacherAccuracy():P1} of {clothes.Test.Count} test images right");
    foreach (int seed in Enumerable.Range(0, 3))
    {
        using Sequential alone = lesson.Alone(seed);
        using Sequential distilled = lesson.Distilled(seed);
        Console.WriteLine($"seed {seed}: student alone {clothes.Accuracy(alone):P1}, distilled {clothes.Accuracy(distilled):P1}");
        if (seed == 0)
        {
            OnnxExportReport file = StudentFile.Write(distilled, studentPath);
            Console.WriteLine($"{studentPath}: {file.Bytes:N0} bytes; ONNX Runtime differs from TorchSharp by {file.LargestError:0e+0} at most");
            SampleLines.Write(clothes, samplesPath, count: 5);
            Console.WriteLine($"{samplesPath}: 5 test images. The outputs of the student in TorchSharp:");
            Console.WriteLine(string.Join(Environment.NewLine, SampleLines.Answers(clothes, distilled, count: 5)));
        }
    }

    return 0;
}
catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
