namespace QuickStart;

/// <summary>What a command does. Its arguments are checked where it is made, before anything runs.</summary>
internal interface IJob
{
    Findings Run();
}
