using System.Diagnostics;

namespace Distillation.Tests;

/// <summary>Programs of the system.</summary>
internal static class Programs
{
    /// <returns>Its exit code.</returns>
    public static int Call(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
