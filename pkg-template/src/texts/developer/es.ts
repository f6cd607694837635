import type { DeveloperTexts } from '../types.js'

export const es: DeveloperTexts = {
  locale: 'es',
  codes: {
    unreachable:
      'No llegó ninguna respuesta del proveedor ni del edge; compruebe la red y, en una página web, si se permiten las llamadas a otro origen (CORS).',
    'outcome-unknown':
      'La respuesta al último envío se perdió y el proveedor no puede decir qué fue de él; no se ha repetido.',
    'host-error': 'Una función de sus opciones lanzó un error; el mismo objeto está en cause.',
    'internal-error': 'Esta biblioteca tuvo un error inesperado; notifíquelo con cause y la traza.',
    'timed-out': 'El proveedor superó su límite de tiempo documentado.',
    'unreadable-reply':
      'El proveedor respondió varias veces con un contenido que no se pudo analizar, como una página HTML.',
    'session-expired':
      'La sesión del proveedor ha caducado, según su respuesta o su límite de tiempo documentado; probablemente el usuario estaba ausente.',
    cancelled: 'Su código o el usuario canceló el flujo; las peticiones enviadas no se deshacen.',
    'credentials-refused':
      'El banco rechazó el nombre de usuario, la contraseña o el LoginId; nunca vuelva a enviar los mismos.',
    'too-many-attempts':
      'El banco rechazó las credenciales varias veces seguidas; otro intento erróneo puede bloquear el acceso.',
    'answer-refused': 'El banco rechazó la respuesta y no vuelve a preguntar en esta sesión.',
    'answers-mismatched': 'El proveedor no pudo relacionar las respuestas con sus preguntas; la sesión ha terminado.',
    'question-unanswered':
      'El banco hizo una pregunta sin respuesta guardada; una actualización en segundo plano no puede completarse sin el usuario.',
    'concurrent-session': 'Hay otra sesión abierta de esta conexión; ejecute un solo flujo a la vez por cada conexión.',
    busy: 'El banco o el proveedor está saturado, o se ha superado el límite de peticiones del proveedor.',
    'bank-action-required':
      'El banco exige que el usuario haga algo en el sitio del banco, como aceptar unas nuevas condiciones.',
    'login-disabled': 'El banco ha bloqueado o desactivado este acceso; nuevos intentos no ayudan.',
    'institution-closed': 'El proveedor ya no se conecta a esta entidad; quítela de su lista.',
    'reauthorization-required':
      'El usuario debe volver a conceder el acceso en el banco, por lo general con el inicio de sesión de este (OAuth).',
    'member-exists': 'Ya existe un member con estas credenciales; empiece con su memberGuid, que figura en el fallo.',
    'institution-disabled':
      'El proveedor ha desactivado temporalmente esta entidad; consulte la página de estado del proveedor.',
    unauthorized:
      'El proveedor no aceptó la clave o el token, o el orden de las llamadas; compruebe las claves y el entorno.',
    'access-refused':
      'El proveedor tiene un solo código para dos causas: la entidad no concedió el acceso o, si todos los flujos terminan así, una clave o un token es incorrecto.',
    'session-refused':
      'El proveedor tiene un solo código para dos causas: el token de la sesión ha caducado, o la entidad no concedió el acceso.',
    'request-refused':
      'El proveedor no aceptó la petición en sí; compruebe los parámetros y lo que su cuenta puede utilizar.',
    redirected:
      'El proveedor respondió con una redirección, que no se sigue porque las respuestas podrían llegar a otro host; compruebe baseUrl.',
    'secret-missing':
      'Sus opciones no dieron ningún secreto válido para la petición, por lo que no se envió; compruebe la clave o la función del token.',
    'login-mismatch':
      'El proveedor autorizó un LoginId distinto del solicitado; no lo guarde y notifíquelo al proveedor.',
    'card-in-use': 'El proveedor todavía está procesando esta conexión.',
    'vendor-error': 'El proveedor tuvo un error interno; vendorCode y status lo precisan para su soporte.',
    refused: 'El proveedor rechazó con un código que no figura en su documentación; véase vendorCode.',
    'challenge-unanswerable': 'El banco pide algo que nadie puede responder, como una elección sin opciones.',
    INVALID_INPUT:
      'Un argumento falta, tiene un formato incorrecto o contradice a otro; path lo indica, y no se envió nada.',
    INVALID_ANSWER:
      'Las respuestas no se ajustan a la ronda, que sigue abierta; fields indica cada campo erróneo y su motivo.',
    STALE_ROUND:
      'Las respuestas son de una ronda que ya terminó; no se envió nada, y flow.current contiene el paso abierto.',
    OUT_OF_TURN: 'El flujo ya está en otro paso; no se envió nada, y el flujo no ha cambiado.',
    SNAPSHOT_UNREADABLE: 'La instantánea está truncada, modificada o no es una instantánea.',
    SNAPSHOT_VERSION:
      'Esta versión no puede leer la versión de la instantánea; lee la suya, la anterior y la siguiente.',
    UNAUTHENTICATED: 'La función authenticate del edge devolvió null para esta petición (401).',
    FORBIDDEN: 'El origen de la petición no está en origins del edge (403).',
    NOT_FOUND:
      'El edge no conoce este flujo, conexión, ruta o datos para este usuario, o el flujo terminó hace mucho (404).',
    METHOD_NOT_ALLOWED: 'El edge tiene esta ruta con otro método; véase la cabecera Allow de la respuesta (405).',
    BODY_TOO_LARGE: 'El cuerpo de la petición supera limits.body del edge (413).',
    RATE_LIMITED:
      'Se ha alcanzado un límite del edge: inicios de este usuario, o respuestas, ventanas o lecturas de este flujo (429).',
    UNAVAILABLE:
      'El edge no puede trabajar por el momento: una de sus funciones o su almacén lanzó un error, o falta una clave de seal (503); véase onError.',
  },
  next: {
    'retry-later': 'Inicie un flujo nuevo, no antes de retryAt.',
    'start-over': 'Inicie un flujo nuevo cuando el usuario esté presente.',
    'ask-credentials': 'Pida las credenciales al usuario e inicie un flujo nuevo con ellas.',
    reconnect: 'Inicie un flujo en vivo con el usuario presente, que debe responder al banco o iniciar sesión en él.',
    'visit-bank':
      'Pida al usuario que inicie sesión en el sitio web del banco o que llame al banco; un flujo nuevo antes de eso no ayuda.',
    'fix-integration': 'Corrija el código, las claves o la configuración; el usuario no puede cambiarlo.',
    'give-up':
      'Deténgase: nada de lo que conoce esta biblioteca ayuda; contacte con el soporte del proveedor e indique vendorCode.',
    'answer-again': 'Muestre flow.current, por ejemplo la ronda abierta, y deje que el usuario continúe allí.',
    'sign-in': 'Inicie la sesión del usuario en su propia aplicación y repita la llamada.',
  },
}
