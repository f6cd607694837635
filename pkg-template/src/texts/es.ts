import type { Text, Texts } from './types.js'

const ours: Text = {
  title: 'Algo ha fallado por nuestra parte',
  sentence: 'Se trata de un problema técnico que no depende de usted.',
}
const lost: Text = {
  title: 'La conexión no puede continuar',
  sentence: 'Lo que habíamos guardado de ella ya no se puede utilizar.',
}

/** The Spanish texts. */
export const es: Texts = {
  locale: 'es',
  codes: {
    unreachable: {
      title: 'Sin conexión con su banco',
      sentence: 'No hemos podido comunicarnos con su banco. Compruebe también su conexión a Internet.',
    },
    'outcome-unknown': {
      title: 'Sin confirmación de su banco',
      sentence: 'No sabemos si su banco recibió lo que usted envió. No lo hemos enviado dos veces.',
    },
    'host-error': ours,
    'internal-error': ours,
    'timed-out': { title: 'Su banco ha tardado demasiado', sentence: 'Su banco no ha terminado a tiempo.' },
    'unreadable-reply': {
      title: 'La respuesta de su banco no se puede leer',
      sentence: 'Hemos recibido una respuesta que no hemos podido utilizar.',
    },
    'session-expired': {
      title: 'El tiempo se ha agotado',
      sentence: 'Por su seguridad, su banco solo espera durante un tiempo limitado.',
    },
    cancelled: { title: 'Conexión cancelada', sentence: 'La conexión se interrumpió antes de completarse.' },
    'credentials-refused': {
      title: 'Datos de acceso no aceptados',
      sentence: 'Su banco no ha aceptado este nombre de usuario y esta contraseña.',
    },
    'too-many-attempts': {
      title: 'Datos de acceso no aceptados varias veces',
      sentence:
        'Otro intento podría bloquear su acceso. Compruebe primero que puede iniciar sesión en el sitio web de su banco.',
    },
    'answer-refused': {
      title: 'Respuesta no aceptada',
      sentence: 'Su banco no ha aceptado la respuesta y no vuelve a pedirla.',
    },
    'answers-mismatched': {
      title: 'Respuestas no aceptadas',
      sentence: 'Su banco no ha podido relacionar las respuestas con sus preguntas.',
    },
    'question-unanswered': {
      title: 'Su banco tiene una pregunta',
      sentence: 'No tenemos una respuesta guardada, por lo que su banco necesita la de usted.',
    },
    'concurrent-session': {
      title: 'Conexión ya en curso',
      sentence: 'Esta cuenta se está conectando en este momento, quizá en otra ventana.',
    },
    busy: { title: 'Su banco está saturado', sentence: 'Hay demasiadas solicitudes en este momento.' },
    'bank-action-required': {
      title: 'Su banco necesita algo de usted',
      sentence:
        'Antes es necesario realizar un trámite en el sitio web de su banco, como aceptar unas nuevas condiciones.',
    },
    'login-disabled': {
      title: 'Su acceso está desactivado',
      sentence: 'Su banco ha bloqueado o desactivado este acceso.',
    },
    'institution-closed': {
      title: 'Este banco ya no está disponible',
      sentence: 'Las conexiones con este banco se han dado por terminadas.',
    },
    'reauthorization-required': {
      title: 'Se necesita de nuevo su permiso',
      sentence: 'Su banco le pide que vuelva a permitir la conexión.',
    },
    'member-exists': { title: 'Cuenta ya conectada', sentence: 'Esta cuenta ya se había conectado antes.' },
    'institution-disabled': {
      title: 'Este banco no está disponible por el momento',
      sentence: 'Las conexiones con este banco están suspendidas temporalmente.',
    },
    unauthorized: ours,
    'access-refused': {
      title: 'Acceso no permitido',
      sentence: 'Su banco no ha permitido la conexión. Si esto se repite, póngase en contacto con nosotros.',
    },
    'session-refused': {
      title: 'El tiempo se ha agotado',
      sentence: 'Su banco no ha continuado. Si esto se repite, compruebe en su sitio web si necesita algo de usted.',
    },
    'request-refused': ours,
    redirected: ours,
    'secret-missing': ours,
    'login-mismatch': {
      title: 'Otra cuenta',
      sentence: 'La cuenta no corresponde a esta conexión. Por su seguridad, no la hemos utilizado.',
    },
    'card-in-use': {
      title: 'Todavía en curso',
      sentence: 'La solicitud anterior para esta cuenta aún no ha terminado.',
    },
    'vendor-error': {
      title: 'Un problema técnico',
      sentence: 'El servicio que nos comunica con su banco tiene un problema.',
    },
    refused: {
      title: 'Conexión rechazada',
      sentence: 'Por parte de su banco no se ha indicado ningún motivo que conozcamos.',
    },
    'challenge-unanswerable': {
      title: 'No es posible responder',
      sentence: 'La pregunta de su banco ha llegado sin una forma de responderla.',
    },
    INVALID_INPUT: ours,
    INVALID_ANSWER: { title: 'Revise sus respuestas', sentence: 'Algunas no se pueden enviar así.' },
    STALE_ROUND: { title: 'Estas preguntas ya están cerradas', sentence: 'Sus respuestas no se han enviado.' },
    OUT_OF_TURN: { title: 'Este paso ya ha terminado', sentence: 'No se ha enviado nada.' },
    SNAPSHOT_UNREADABLE: lost,
    SNAPSHOT_VERSION: lost,
    UNAUTHENTICATED: {
      title: 'Su sesión se ha cerrado',
      sentence: 'Por su seguridad, hemos cerrado su sesión en este sitio web.',
    },
    FORBIDDEN: ours,
    NOT_FOUND: { title: 'Conexión no encontrada', sentence: 'Es posible que ya haya terminado.' },
    METHOD_NOT_ALLOWED: ours,
    BODY_TOO_LARGE: ours,
    RATE_LIMITED: { title: 'Se ha alcanzado un límite', sentence: 'Ha habido demasiados intentos en poco tiempo.' },
    UNAVAILABLE: {
      title: 'No disponible por el momento',
      sentence: 'Nuestro servicio tiene una breve interrupción.',
    },
  },
  next: {
    'retry-later': {
      title: 'Intentarlo más tarde',
      sentence: 'Inténtelo de nuevo un poco más tarde, por favor.',
      button: 'Intentar de nuevo',
    },
    'start-over': {
      title: 'Empezar de nuevo',
      sentence: 'Empiece de nuevo desde el principio, por favor.',
      button: 'Empezar de nuevo',
    },
    'ask-credentials': {
      title: 'Identificarse de nuevo',
      sentence:
        'Identifíquese, por favor, con el nombre de usuario y la contraseña que utiliza en el sitio web de su banco.',
      button: 'Identificarse de nuevo',
    },
    reconnect: {
      title: 'Conectar de nuevo',
      sentence: 'Conecte de nuevo, por favor, y responda allí a su banco.',
      button: 'Conectar de nuevo',
    },
    'visit-bank': {
      title: 'Contactar con su banco',
      sentence:
        'Inicie sesión en el sitio web de su banco, por favor, o llame a su banco. Después, inténtelo de nuevo.',
      button: 'Intentar de nuevo',
    },
    'fix-integration': {
      title: 'Contactar con nosotros',
      sentence: 'Intentarlo de nuevo no servirá. Póngase en contacto con nosotros, por favor.',
    },
    'give-up': {
      title: 'No es posible',
      sentence: 'Intentarlo de nuevo no servirá. Póngase en contacto con nosotros, por favor, o conecte otra cuenta.',
    },
    'answer-again': {
      title: 'Continuar',
      sentence: 'Continúe, por favor, con lo que se muestra ahora.',
    },
    'sign-in': {
      title: 'Iniciar sesión aquí',
      sentence: 'Inicie sesión de nuevo en este sitio web, por favor.',
      button: 'Iniciar sesión',
    },
  },
  stages: {
    start: { now: 'Conectando con su banco', next: 'Es posible que su banco le pregunte algo a continuación.' },
    poll: {
      now: 'Su banco está procesando la solicitud',
      next: 'Esto puede tardar unos minutos. Puede permanecer en esta página.',
    },
    answer: { now: 'Enviando su respuesta a su banco', next: 'Su banco la comprobará después.' },
    'pre-check': {
      now: 'Comprobando que su banco todavía espera esta respuesta',
      next: 'Después se enviará su respuesta.',
    },
    watch: { now: 'Consultando si hay novedades de su banco', next: 'Las preguntas de su banco siguen abiertas.' },
    challenges: { now: 'Cargando las preguntas de su banco', next: 'Aparecerán aquí.' },
    reconcile: { now: 'Comprobando si su banco recibió lo enviado', next: 'Nada se envía dos veces.' },
    verify: { now: 'Verificando la conexión', next: 'Después quedará completada.' },
    expiry: {
      now: 'Esperando a que su banco permita el siguiente intento',
      next: 'Su banco volverá entonces a hacer sus preguntas.',
    },
    window: { now: 'Preparando la página de su banco', next: 'Allí podrá continuar.' },
    credentials: { now: 'Cargando el formulario de acceso de su banco', next: 'Aparecerá aquí.' },
  },
  fieldErrors: {
    missing: 'Responda aquí, por favor.',
    'too-many': 'Dé solo una respuesta, por favor.',
    'not-an-option': 'Elija una de las opciones, por favor.',
    'too-long': 'Esta respuesta es demasiado larga.',
    'unknown-field': 'Esto no forma parte de la pregunta.',
    'already-chosen': 'Elija otra pregunta, por favor.',
  },
  windowErrors: {
    cancelled: 'Se salió del sitio web de su banco antes de que se permitiera la conexión.',
    denied: 'Su banco no ha aceptado los datos de acceso.',
    'bank-action-required': 'Antes es necesario realizar un trámite en el sitio web de su banco.',
    'bank-error': 'Su banco ha tenido un problema técnico.',
    'vendor-error': 'La conexión con su banco ha tenido un problema técnico.',
    'session-expired': 'El tiempo para identificarse se ha agotado.',
    unknown: 'La identificación no se ha completado.',
  },
  labels: {
    roundTitle: 'Su banco le pide una respuesta',
    credentialsTitle: 'Identifíquese en su banco',
    answerRefused: 'Su banco no ha aceptado esta respuesta. Inténtelo de nuevo, por favor.',
    credentialsRefused: 'Su banco no ha aceptado este nombre de usuario y esta contraseña. Compruébelos, por favor.',
    checkFields: 'Revise los campos señalados, por favor.',
    send: 'Enviar',
    cancel: 'Cancelar',
    connect: 'Conectar su banco',
    showAnswer: 'Mostrar lo que escribo',
    choose: 'Elija una opción',
    'one-time-code': 'Su código de un solo uso',
    username: 'Su nombre de usuario',
    'current-password': 'Su contraseña',
    phone: 'Dónde enviar el código',
    channel: 'Cómo enviar el código',
    question: 'Su nueva pregunta',
    answer: 'Su respuesta',
    optional: '(opcional)',
    optionalHint:
      'Si su banco le pide una aprobación en su teléfono, dela primero. Después, envíe; la respuesta puede quedar vacía.',
    image: 'Imagen {number} de {count}',
    noCode: 'No he recibido ningún código',
    newSessionCost:
      'Su banco no puede volver a enviar este código. Usted puede empezar de nuevo: su banco volverá a hacer todas sus preguntas, y es posible que cuente los intentos.',
    newSessionIn: 'Su banco permite el siguiente intento dentro de {time}.',
    newSessionUnknown: 'Su banco no indica cuándo permite el siguiente intento. Puede tardar unos minutos.',
    newSession: 'Empezar de nuevo',
    windowTitle: 'Identifíquese en el sitio web de su banco',
    windowHint: 'Identifíquese y permita allí la conexión. Después, esta página continuará por sí sola.',
    openWindow: 'Abrir el sitio web de su banco',
    openWindowAgain: 'Abrirlo de nuevo',
    back: 'He terminado aquí',
    pageMfa: 'Responda a su banco para continuar',
    pageCredentials: 'Identifíquese en su banco para continuar',
    frame: 'Su banco',
    pageFailed: 'La página de su banco no se puede abrir por el momento.',
    elapsed: 'Tiempo transcurrido: {time}',
    timeLeft: 'Tiempo restante para responder: {time}',
    nextCheck: 'Próxima comprobación dentro de {time}',
    retryIn: 'Podrá intentarlo de nuevo dentro de {time}.',
    doneTitle: 'Conexión establecida',
    doneSentence: 'Su banco está conectado.',
  },
}
