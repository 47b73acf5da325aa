@producer @site
Feature: What holds for every operation
  A door that is locked on one side only is open. So every operation is tried without a token and with the token of
  somebody else, with IDs that lead nowhere and with bodies that break off.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    And a session

  @DM-AUTH-001 @DM-AUTH-007
  Scenario Outline: Without a token there is no way to <operation>
    When "<operation>" is asked for without a token
    Then the answer has status 401

    Examples:
      | operation                          |
      | list live sessions                 |
      | open a session                     |
      | close a session                    |
      | read a session                     |
      | request access in a session        |
      | heartbeat                          |
      | one-off access request             |
      | read the configuration             |
      | change the configuration           |
      | list instances                     |
      | create an instance                 |
      | read an instance                   |
      | delete all conditions              |
      | list conditions                    |
      | change conditions                  |
      | create conditions                  |
      | delete a condition                 |
      | list line items                    |
      | map a line item                    |
      | list the actions of all line items |
      | unmap a line item                  |
      | read a line item                   |
      | delete actions                     |
      | list actions                       |
      | create actions                     |
      | replace actions                    |
      | delete a rate table                |
      | list rate tables                   |
      | create a rate table                |

  @DM-AUTH-040 @DM-AUTH-A04
  Scenario Outline: The client of another instance may not <operation>
    When "<operation>" is asked for with the client token of another instance
    Then the caller is turned away

    Examples:
      | operation                          |
      | list live sessions                 |
      | open a session                     |
      | close a session                    |
      | read a session                     |
      | request access in a session        |
      | heartbeat                          |
      | one-off access request             |
      | read the configuration             |
      | change the configuration           |
      | list instances                     |
      | create an instance                 |
      | read an instance                   |
      | delete all conditions              |
      | list conditions                    |
      | change conditions                  |
      | create conditions                  |
      | delete a condition                 |
      | list line items                    |
      | map a line item                    |
      | list the actions of all line items |
      | unmap a line item                  |
      | read a line item                   |
      | delete actions                     |
      | list actions                       |
      | create actions                     |
      | replace actions                    |
      | delete a rate table                |
      | list rate tables                   |
      | create a rate table                |

  @DM-GEN-009
  Scenario Outline: An ID that nobody has leads nowhere: <operation>
    When "<operation>" is asked for by an ID that nobody has
    Then nothing is found there

    Examples:
      | operation                          |
      | open a session                     |
      | close a session                    |
      | read a session                     |
      | request access in a session        |
      | one-off access request             |
      | read an instance                   |
      | delete all conditions              |
      | list conditions                    |
      | change conditions                  |
      | create conditions                  |
      | delete a condition                 |
      | list line items                    |
      | map a line item                    |
      | list the actions of all line items |
      | unmap a line item                  |
      | read a line item                   |
      | delete actions                     |
      | list actions                       |
      | create actions                     |
      | replace actions                    |

  @DM-GEN-009
  Scenario Outline: An ID that is none leads nowhere: <operation>
    When "<operation>" is asked for by an ID that is none
    Then nothing is found there

    Examples:
      | operation                   |
      | close a session             |
      | read a session              |
      | request access in a session |
      | heartbeat                   |

  @DM-AUTH-A06 @DM-AUTH-A03
  Scenario Outline: A client says which instance it is of: <operation>
    When "<operation>" is asked for with a client token and no instance in the header
    Then the answer follows the reading "token.no_instance_header.http"

    Examples:
      | operation       |
      | close a session |
      | heartbeat       |

  @DM-GEN-009
  Scenario Outline: A body that breaks off is an error of input: <operation>
    When "<operation>" is asked for with a body that is cut off
    Then the answer has status 400

    Examples:
      | operation                   |
      | open a session              |
      | request access in a session |
      | one-off access request      |
      | change the configuration    |
      | create an instance          |
      | create conditions           |
      | change conditions           |
      | map a line item             |
      | create actions              |
      | replace actions             |
      | create a rate table         |

  @DM-AUTH-001 @DM-AUTH-007 @v1.0
  Scenario Outline: Without a token there is no way to <operation> of this site
    When "<operation>" is asked for without a token
    Then the answer has status 401

    Examples:
      | operation                    |
      | save administration keys     |
      | delete an administration key |
      | save client keys             |
      | delete a client key          |
      | list public keys             |

  @DM-AUTH-040 @v1.0
  Scenario Outline: A client may not <operation>
    When "<operation>" is asked for with the client token of another instance
    Then the caller is turned away

    Examples:
      | operation                    |
      | save administration keys     |
      | delete an administration key |
      | save client keys             |
      | delete a client key          |
      | list public keys             |

  @DM-AUTH-023 @DM-GEN-009 @v1.0
  Scenario Outline: Keys that break off are an error of input: <operation>
    When "<operation>" is asked for with a body that is cut off
    Then the answer has status 400

    Examples:
      | operation                |
      | save administration keys |
      | save client keys         |

  @DM-CONF-005 @DM-CONF-008
  Scenario: A switch of the configuration is set in either version
    When the producer sets "timezone.tolerant" to "true"
    Then "timezone.tolerant" is configured as "true"
