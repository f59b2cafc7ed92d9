using System.Text.Json.Serialization;

namespace FileTransfer.Messages;

/// <summary>
/// What client and server say to each other on a stream, one packet each, before and after a file's bytes. The client opens a stream for each file:
/// <list type="bullet">
/// <item>upload: <see cref="PutFile"/>, answered by <see cref="Resume"/>; bytes; the end; answered by <see cref="Stored"/></item>
/// <item>download: <see cref="GetFile"/>, answered by <see cref="Content"/>; <see cref="Resume"/>, answered by bytes and the end</item>
/// <item>list: <see cref="ListFiles"/>, answered by a <see cref="FileEntry"/> each and the end</item>
/// </list>
/// Instead of any answer the server may say <see cref="Refused"/>.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(PutFile), "put")]
[JsonDerivedType(typeof(GetFile), "get")]
[JsonDerivedType(typeof(ListFiles), "list")]
[JsonDerivedType(typeof(Content), "content")]
[JsonDerivedType(typeof(Resume), "resume")]
[JsonDerivedType(typeof(Stored), "stored")]
[JsonDerivedType(typeof(FileEntry), "file")]
[JsonDerivedType(typeof(Refused), "refused")]
internal abstract record TransferMessage;

/// <summary>The client has a file of this size and SHA-256 for the server.</summary>
internal sealed record PutFile(string Name, long Size, string Hash) : TransferMessage;

internal sealed record GetFile(string Name) : TransferMessage;

internal sealed record ListFiles : TransferMessage;

/// <summary>What the file is that the client asked for.</summary>
internal sealed record Content(long Size, string Hash) : TransferMessage;

/// <summary>The receiver has this much; the sender goes on there.</summary>
internal sealed record Resume(long Offset) : TransferMessage;

/// <summary>The upload is complete, right, and has its name.</summary>
internal sealed record Stored : TransferMessage;

internal sealed record FileEntry(string Name, long Size, DateTimeOffset Changed) : TransferMessage;

/// <summary>Why the server does not do it.</summary>
/// <param name="Reason">A sentence for the user.</param>
/// <param name="Again">Whether it may work when tried again.</param>
internal sealed record Refused(string Reason, bool Again = false) : TransferMessage;
