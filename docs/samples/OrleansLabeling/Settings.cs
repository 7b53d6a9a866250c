namespace OrleansLabeling;

/// <summary>What a process of the cluster is started with; the same on all of them but for the number.</summary>
/// <param name="Number">The number of the process; 0 is the coordinator.</param>
/// <param name="Store">The directory of the store, which all processes reach.</param>
/// <param name="Images">An IDX file of the images to be labeled.</param>
/// <param name="Blocks">Into how many blocks they are divided.</param>
/// <param name="Processes">How many processes must be there before the coordinator begins.</param>
/// <param name="Port">The first of the ports: process n has port <c>Port + 2n</c> for the other processes, and the next one for clients.</param>
internal sealed record Settings(int Number, string Store, string Images, int Blocks, int Processes, int Port)
{
    public int SiloPort => Port + (2 * Number);

    public int GatewayPort => SiloPort + 1;
}
