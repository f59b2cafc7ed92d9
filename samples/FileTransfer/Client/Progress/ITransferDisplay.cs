namespace FileTransfer.Client.Progress;

/// <summary>Shows how far files are while they are transferred.</summary>
internal interface ITransferDisplay
{
    /// <param name="work">Gets a function that adds a file to show by its title; thread-safe.</param>
    Task ShowAsync(Func<Func<string, ITransferProgress>, Task> work);
}
